"""The plain organism: one module per particle, for the tests and for the benchmarks."""

import torch
from torch import nn


class Loop:
    """One organism as the authors wrote it: a module per particle, two optimisers, loops."""

    def __init__(self, shape, weights, schedule):
        self.shape, self.schedule = shape, schedule
        self.nets = [self._module(flat) for flat in weights]
        self.task = torch.optim.SGD(self._parameters(), schedule.learning_rate, momentum=schedule.momentum)
        self.places = shape.particle.positions(shape.codes)

    def _module(self, flat):
        widths, layers = self.shape.particle.widths, []
        for matrix in self.shape.particle.layers(flat[None]):
            layers.append(nn.Linear(matrix.shape[2], matrix.shape[1], bias=False, dtype=flat.dtype))
            layers[-1].weight = nn.Parameter(matrix[0].clone())
        assert len(layers) == len(widths) - 1
        return nn.Sequential(*layers)

    def _parameters(self):
        return [parameter for net in self.nets for parameter in net.parameters()]

    def flat(self):
        """All particles' weights, one row each."""
        return torch.stack([torch.cat([p.detach().flatten() for p in net.parameters()]) for net in self.nets])

    def replicate(self):
        """Self-training of every particle, with an optimiser of its own."""
        self_training = torch.optim.SGD(
            self._parameters(), self.schedule.learning_rate, momentum=self.schedule.momentum
        )
        for _ in range(self.schedule.self_steps):
            losses = []
            for net, values in zip(self.nets, self.flat(), strict=True):
                inputs = torch.cat([values[:, None], self.places, torch.zeros(len(values), 1)], dim=1)
                losses.append((net(inputs.to(values)) - values[:, None]).square().mean())
            total = sum(losses) if self.schedule.total == "sum" else sum(losses) / len(losses)
            self_training.zero_grad()
            total.backward()
            self_training.step()

    def perform(self, inputs, targets):
        """One step on the task, through every particle."""
        nets, signal = iter(self.nets), inputs
        for rows, columns in self.shape.shapes:
            cells = []
            for _ in range(rows):
                terms = []
                for column in range(columns):
                    x = signal[:, column : column + 1]
                    terms.append(next(nets)(torch.cat([torch.zeros(len(x), 4, dtype=x.dtype), x], dim=1)))
                cells.append(sum(terms))
            signal = torch.cat(cells, dim=1)
        loss = (signal - targets).square().mean()
        self.task.zero_grad()
        loss.backward()
        self.task.step()
