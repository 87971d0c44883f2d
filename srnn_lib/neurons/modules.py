"""Networks of torch as stacks, and back: what a user's own model must be, and what is read of it."""

import copy
from collections.abc import Iterable
from contextlib import suppress

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils import skip_init

from srnn_lib import checks
from srnn_lib.activations import function
from srnn_lib.neurons.stacks import Stack

_MODULES = {"Identity": "linear", "LeakyReLU": "leaky_relu", "LogSigmoid": "logsigmoid"}
"""Activation modules whose function has not simply their name in small letters."""


def from_modules(models: Iterable[nn.Sequential]) -> Stack:
    """Read networks of `nn.Linear` layers with one and the same activation between them.

    Raises:
        BadInput: No model, models of different shapes, or a module that is neither.
    """
    read = [layers_of(model) for model in models]
    if not read:
        raise checks.bad_input("models", [], "one or more nn.Sequential")
    kinds = {(tuple(tuple(layer.weight.shape) for layer in layers), activation) for layers, activation in read}
    if len(kinds) > 1:
        raise checks.bad_input("models", sorted(map(str, kinds)), "networks of the same widths and activation")
    by_layer = list(zip(*(layers for layers, _ in read), strict=True))
    weights = tuple(torch.stack([layer.weight.detach() for layer in same]) for same in by_layer)
    return Stack(weights, tuple(torch.stack([bias_of(layer) for layer in same]) for same in by_layer), read[0][1])


def bias_of(layer: nn.Linear) -> Float[Tensor, " out"]:
    """Biases of a layer, zeros where it has none."""
    return layer.weight.new_zeros(layer.out_features) if layer.bias is None else layer.bias.detach()


def layers_of(model: nn.Sequential) -> tuple[list[nn.Linear], str]:
    """The linear layers of a network, and the name of the activation between them.

    Flatten and (inactive) Dropout modules are passed over.

    Raises:
        BadInput: A module that is not understood; the line names it.
    """
    if not isinstance(model, nn.Sequential):
        wanted = "an nn.Sequential of Linear layers with activations between"
        raise checks.bad_input("model", type(model).__name__, wanted)
    layers, names = [], []
    for place, module in enumerate(model):
        if isinstance(module, nn.Flatten | nn.Dropout):
            continue
        if isinstance(module, nn.Linear):
            layers.append(module)
            names.append("linear")
        elif layers and names[-1] == "linear" and (name := _name(module)):
            names[-1] = name
        else:
            wanted = "Linear, and between two of them an elementwise activation with its default settings"
            raise checks.bad_input(f"module {place} of the model", repr(module), wanted)
    if len(layers) < 2 or names[-1] != "linear" or len(set(names[:-1])) > 1:
        wanted = "two or more Linear layers, one and the same activation between them, none after the last"
        raise checks.bad_input("model", str([type(module).__name__ for module in model]), wanted)
    return layers, names[0]


def _name(module: nn.Module) -> str | None:
    """Name of the elementwise function that a module without weights computes; None if it is something else."""
    kind = type(module).__name__
    name = _MODULES.get(kind, kind.lower())
    probe = torch.linspace(-3, 3, 14).view(2, 7)
    with suppress(Exception):  # whatever the module does then, it is no activation
        if torch.equal(function(name)(probe), module(probe)) and not list(module.parameters()):
            return name
    return None


def to_module(stack: Stack, run: int = 0) -> nn.Sequential:
    """One run as a torch network of its own.

    Raises:
        BadInput: An activation that no module of torch has.
    """
    modules: list[nn.Module] = []
    kinds = {kind.lower(): kind for kind in dir(nn)} | {name: kind for kind, name in _MODULES.items()}
    if stack.activation not in kinds:
        raise checks.bad_input("activation", stack.activation, "one that torch.nn has a module for, such as 'tanh'")
    for weight, bias in zip(stack.weights, stack.biases, strict=True):
        modules += [_linear(weight[run], bias[run]), getattr(nn, kinds[stack.activation])()]
    return nn.Sequential(*modules[:-1])


def rebuilt(model: nn.Sequential, stack: Stack, run: int = 0) -> nn.Sequential:
    """A copy of `model` with the linear layers of one run in place of its own.

    A layer that had no biases has none again if they are still 0.
    """
    layers = iter(zip(stack.weights, stack.biases, strict=True))
    modules = []
    for module in model:
        if not isinstance(module, nn.Linear):
            modules.append(copy.deepcopy(module))
            continue
        weight, bias = (each[run].to(module.weight) for each in next(layers))
        modules.append(_linear(weight, bias if module.bias is not None or bias.any() else None))
    return nn.Sequential(*modules).train(model.training)


def _linear(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    layer = skip_init(nn.Linear, *weight.mT.shape, bias=bias is not None, dtype=weight.dtype, device=weight.device)
    layer.load_state_dict({"weight": weight} if bias is None else {"weight": weight, "bias": bias})
    return layer
