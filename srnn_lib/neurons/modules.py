"""Networks of torch as stacks, and back: what a user's own model must be, and what is read of it."""

import copy
import warnings
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils import skip_init

from srnn_lib import checks
from srnn_lib.activations import function
from srnn_lib.neurons.stacks import CHUNK, Stack, activations
from srnn_lib.randomness import DTYPES

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
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


def read_faithfully(model: nn.Sequential, inputs: Float[Tensor, "n ..."]) -> tuple[Stack, Float[Tensor, "n in"]]:
    """A model as a stack of one run, and the inputs as rows, both on the CPU, once they give what the model gives.

    Half precision is read as single precision.

    Raises:
        BadInput: A model that is not understood, inputs that it does not take, or outputs that are not finite or not
            those of what was read.
    """
    if not isinstance(inputs, Tensor) or inputs.ndim < 2 or not inputs.is_floating_point() or not len(inputs):
        shown = (
            f"{inputs.dtype} of shape {tuple(inputs.shape)}" if isinstance(inputs, Tensor) else type(inputs).__name__
        )
        raise checks.bad_input("inputs", shown, "a torch tensor of real numbers, 1 or more examples by their features")
    stack = from_modules([model])
    own = stack.weights[0].dtype
    kind = own if own in DTYPES.values() else torch.float32
    stack = stack.convert(lambda tensor: tensor.to("cpu", kind))
    given = inputs.detach().flatten(1).to("cpu", kind)
    answers, wanted = activations(stack, given)[-1][0].T, _answers(model, inputs)
    allowed = torch.finfo(own).eps ** 0.5 * (1 + wanted.abs().amax()) if wanted.isfinite().all() else 0
    if wanted.shape != answers.shape or not ((answers - wanted).abs() <= allowed).all():
        raise checks.bad_input(*_difference(answers, wanted))
    return stack, given


def _answers(model: nn.Module, inputs: Tensor) -> Tensor:
    """What the model itself makes of the inputs, without dropout; it is left as it is."""
    first = next(model.parameters())
    try:
        with torch.no_grad():
            mute = copy.deepcopy(model).eval()
            parts = [mute(some) for some in inputs.detach().to(first).split(CHUNK)]
            return torch.cat(parts).to("cpu", torch.promote_types(first.dtype, torch.float32))
    except Exception as error:  # whatever a model raises
        said = " ".join(str(error).split())[:80]
        raise checks.bad_input("shape of the inputs", tuple(inputs.shape), "what the model takes", said) from error


def _difference(answers: Tensor, wanted: Tensor) -> tuple[str, Any, str]:
    """Name, value and what is allowed, where a model does something else than what was read of it."""
    if not wanted.isfinite().all():
        return "outputs of the model on these inputs", "not finite", "finite numbers"
    apart = f"shape {tuple(wanted.shape)} instead of {tuple(answers.shape)}"
    if wanted.shape == answers.shape:
        apart = f"{(answers - wanted).abs().max().item():.2g} away from those of its Linear layers and activations"
    return "outputs of the model", apart, "what its layers give alone, without hooks or a forward of its own"


def rebuilt(model: nn.Sequential, stack: Stack, run: int = 0) -> nn.Sequential:
    """A copy of `model` with the linear layers of one run in place of its own.

    It keeps names, number formats, devices, modes, and which parameters are frozen. A layer that had no biases has none
    again if they are still 0. What it cannot keep is named in a warning: ties, hooks, parametrisations.
    """
    for lost in _lost(model):
        warnings.warn(f"the new network does not keep {lost} of the model", stacklevel=3)
    layers = iter(zip(stack.weights, stack.biases, strict=True))
    found = OrderedDict[str, nn.Module]()
    for name, module in model.named_children():
        found[name] = _like(module, *next(layers), run) if isinstance(module, nn.Linear) else copy.deepcopy(module)
    made = nn.Sequential(found)
    made.training = model.training
    return made


def _like(module: nn.Linear, weights: Tensor, biases: Tensor, run: int) -> nn.Linear:
    """A linear layer with other weights and biases, and all else as it was."""
    weight, bias = (each[run].to(module.weight) for each in (weights, biases))
    made = _linear(weight, bias if module.bias is not None or bias.any() else None)
    made.weight.requires_grad_(module.weight.requires_grad)
    if made.bias is not None:
        made.bias.requires_grad_((module.weight if module.bias is None else module.bias).requires_grad)
    return made.train(module.training)


def _lost(model: nn.Sequential) -> list[str]:
    """What a copy of the model does not keep, in words."""
    parts = list(model.modules())
    several = [id(each) for part in parts for each in part.parameters(recurse=False)]
    lost = ["ties between its weights"] if len(several) > len(set(several)) else []
    lost += ["the hooks"] if any(getattr(part, kind) for part in parts for kind in _HOOKS) else []
    return lost + ["parametrisations"] * any(hasattr(part, "parametrizations") for part in parts)


def _linear(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    layer = skip_init(nn.Linear, *weight.mT.shape, bias=bias is not None, dtype=weight.dtype, device=weight.device)
    layer.load_state_dict({"weight": weight} if bias is None else {"weight": weight, "bias": bias})
    return layer
