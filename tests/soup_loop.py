"""The plain soup: one module per net, one net after the other, from the same draws as the library."""

import math

import oracle
import torch

from srnn_lib.replicators import soup_schedule


class Loop:
    """Soups of modules; `events` are rows like those of the library."""

    def __init__(self, reduction, weights, schedule, rule, epsilon=1e-4):
        self.reduction, self.schedule, self.rule, self.epsilon = reduction, schedule, rule, epsilon
        self.soups = [oracle.nets(reduction, rows) for rows in weights]
        self.events = []

    @property
    def weights(self):
        """All soups as one tensor."""
        return torch.stack([oracle.population(nets) for nets in self.soups])

    def evolve(self, epochs, generator, init="glorot"):
        """Every soup through every epoch."""
        shape = len(self.soups), len(self.soups[0])
        for self.epoch in range(1, epochs + 1):
            draws = soup_schedule.draw_epoch(
                self.schedule, self.reduction, self.rule, shape=shape, generator=generator, init=init
            )
            for number, nets in enumerate(self.soups):
                self.soup, self.nets = number, nets
                self.one_epoch(draws)
        return self

    def one_epoch(self, draws):
        """Interactions and training of one soup."""
        places = range(len(self.nets))
        read = [net.read() for net in self.nets]
        old = (lambda place: read[place]) if self.schedule.order == "simultaneous" else None
        if self.schedule.per == "net" and self.schedule.order == "sequential":
            for place in places:
                self.attack(draws, place, old)
                self.learn(draws, place, old)
                self.train(draws, place)
            return
        for act in (self.attack, self.learn):
            for place in places:
                act(draws, place, old)
        for place in places:
            self.train(draws, place)

    def attack(self, draws, place, old):
        """The net writes its application to the victim over the victim."""
        victim = int(draws.victims[self.soup, place])
        if victim == soup_schedule.NOBODY:
            return
        attacker, before = self.nets[place], self.nets[victim].read()
        if old:
            attacker, before = oracle.Net(self.reduction, attacker.tensor(old(place))), old(victim)
        made = attacker.applied_to(before)
        self.nets[victim].write(made)
        self.note("attack", place, victim, math.dist(before, made))

    def learn(self, draws, place, old):
        """The net is trained on its teacher."""
        teacher = int(draws.teachers[self.soup, place])
        if teacher == soup_schedule.NOBODY:
            return
        net = self.nets[place]
        before = net.read()
        lesson = None if teacher == place else old(teacher) if old else self.nets[teacher].read()
        self.steps(net, lesson, self.schedule.severity, draws.learning_orders, place)
        self.note("learn", teacher, place, math.dist(before, net.read()))

    def train(self, draws, place):
        """Self-training, and a new net if this one diverged or vanished."""
        net = self.nets[place]
        self.steps(net, None, self.schedule.training_steps, draws.training_orders, place)
        values = net.read()
        for kind, gone, wanted in (
            ("divergent", not all(map(math.isfinite, values)), self.schedule.replace_divergent),
            ("zero", all(abs(value) < self.epsilon for value in values), self.schedule.replace_zero),
        ):
            if gone and wanted:
                net.write(draws.newcomers[self.soup, place].tolist())
                self.note(kind, place, place, math.nan)

    def steps(self, net, lesson, count, orders, place):
        """Training on a lesson, or on itself, with an optimiser of its own."""
        (optimiser,) = oracle.optimisers([net], self.rule.learning_rate, self.rule.momentum)
        for step in range(count):
            order = None if orders is None else orders[self.soup, place, step].tolist()
            net.train_on(net.read() if lesson is None else lesson, optimiser, order)

    def note(self, kind, attacker, victim, displacement):
        """Remember an event."""
        length = math.inf if kind in ("attack", "learn") and math.isnan(displacement) else displacement
        self.events.append((self.epoch, self.soup, kind, attacker, victim, length))
