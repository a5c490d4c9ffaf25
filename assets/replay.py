"""Trains the runs of this folder again, in PyTorch and float64, and compares their losses with series.csv.

`wd` is SGD with momentum, weight decay and a scheduled learning rate. `exp`, its twin, has no weight decay and a learning
rate that grows: if theory is right, both compute the same function at every step. Beside them, where the link asks for
them: `control` (wd, every initial weight moved by one unit in the last place), `ablation` (wd without weight decay)
and `broken` (the twin with one deliberate error).

    python replay.py [losses.csv]        needs torch and numpy; writes its own losses if a file is named
"""

import copy
import csv
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
HERE = Path(__file__).resolve().parent
ACTIVATIONS = {
    "gelu": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "softplus": F.softplus,
    "tanh": torch.tanh,
    "relu": F.relu,
}


def load(name):
    return torch.from_numpy(np.load(HERE / name))


spec = json.loads((HERE / "experiment.json").read_text())
experiment, network = spec["experiment"], spec["network"]
images, labels, batches = load("images.npy").double(), load("labels.npy").long(), load("batches.npy")
moves = load("moves.npy") if (HERE / "moves.npy").exists() else None
activation = ACTIVATIONS[network["activation"]]
ARMS = ["wd", "exp"] + [arm for arm in ("control", "ablation", "broken") if experiment["arms"][arm]]


# The network: a list of operations on numbered tensors, each [n, c, h, w].


def forward(weights, head, x, epsilon):
    """The logits."""
    tensors = {0: x}
    for op in network["ops"]:
        x, kind = tensors[op.get("input", op.get("a"))], op["op"]
        if kind == "pool_head":
            return x.mean((2, 3)) @ head
        if kind == "conv":
            y = F.conv2d(x, weights[op["weight"]], stride=op["stride"], padding=op["pad"])
        elif kind == "norm_act":
            y = activation(normalise(x, epsilon))
        elif kind == "avg_pool":
            y = F.avg_pool2d(x, 2)
        elif kind == "add":
            y = x + tensors[op["b"]]
        elif kind == "concat":
            y = torch.cat((x, tensors[op["b"]]), 1)
        else:
            raise ValueError(f"an operation this program does not know: {op}")
        tensors[op["output"]] = y


def normalise(x, epsilon):
    """Batch-, Group-, Layer- or InstanceNorm, without trainable scale or shift.

    With ε = 0 a constant set gives 0, by a test that knows no scale.
    """
    norm, (n, c, h, w) = network["norm"], x.shape
    groups = {"batch": c, "group": norm.get("groups"), "layer": 1, "instance": c}[norm["name"]]
    axes = (0, 2, 3, 4) if norm["name"] == "batch" else (2, 3, 4)
    sets = x.reshape(n, groups, c // groups, h, w)
    variance, mean = torch.var_mean(sets, axes, correction=0, keepdim=True)
    constant = (variance <= 2.0**-40 * mean**2) & (epsilon == 0.0)
    deviation = torch.where(constant, torch.ones_like(variance), variance + epsilon).sqrt()
    return torch.where(constant, torch.zeros_like(sets), (sets - mean) / deviation).reshape(x.shape)


def batch_of(step):
    """Images, mirrored and then shifted where the link asks for it, with zeros moving in; and labels."""
    x = images[batches[step]]
    if moves is not None:
        turned = [(image.flip(-1) if flip else image, dx, dy) for image, (dx, dy, flip) in zip(x, moves[step].tolist())]
        x = torch.stack([F.pad(image, (dx, -dx, dy, -dy)) for image, dx, dy in turned])
    return x, labels[batches[step]]


# What drives it.


def variant(value):
    """Name and content of one of several cases, as the lab writes them."""
    return (value, {}) if isinstance(value, str) else next(iter(value.items()))


def steps_of(span):
    unit, length = variant(span)
    return length if unit == "Steps" else math.floor(length * spec["steps_per_epoch"] + 0.5)


def factor(schedule, t):
    """What the learning rate is multiplied by at step t."""
    warmup = steps_of(schedule["warmup"])
    if t < warmup:
        return t / warmup
    t -= warmup
    shape, form = variant(schedule["shape"])
    if shape == "Constant":
        return 1.0
    if shape == "Step":
        return form["factor"] ** sum(t >= steps_of(milestone) for milestone in form["milestones"])
    if shape == "Curve":
        return float(np.interp(t, *zip(*form["points"])))
    period = max(steps_of(form["period"]), 1)
    if shape == "Triangular":
        height = 1 - abs(2 * (t % period) / period - 1)
    elif shape == "Cosine":
        phase = t % period if form["restarts"] else min(t, period)
        height = math.cos(math.pi / 2 * phase / period) ** 2
    else:
        raise ValueError(f"a schedule this program does not know: {shape}")
    return form["floor"] + (1 - form["floor"]) * height


def growth_root(lr, wd, momentum):
    """α, the larger root of x² − (1 + γ − λη)x + γ, or None where the roots are complex (Theorem 1)."""
    b = 1 + momentum - lr * wd
    root = b * b - 4 * momentum
    return (b + math.sqrt(root)) / 2 if b > 0 and root >= 0 else None


class Gauge:
    """The learning rate of a run without weight decay. It is known in advance.

    While the rule is exact, the weight-decay run's weights are u times this run's, and its buffer is ṽ/u + s u θ̃.
    u and s u follow the weight-decay run's own recursion, without a gradient. TEXP sets s, where a phase of constant η,
    λ, γ begins, to the value that does not move: then u shrinks by α in every step.
    """

    def __init__(self, rule, rescaling):
        self.rule, self.rescaling = rule, rescaling
        self.u, self.s, self.halved = 1.0, 0.0, 0  # the true u is u / 2^halved
        self.phase, self.first, self.kick = None, None, 0.0

    def fork(self, rule, rescaling):
        """Another rule from the same state."""
        other = copy.copy(self)
        if rule != self.rule:
            other.rule, other.phase, other.first, other.kick = rule, None, None, 0.0
        other.rescaling = rescaling
        return other

    def restart(self):
        """Forgets s; the buffer takes what it stood for."""
        self.kick += self.u**2 * self.s
        self.s = 0.0

    def advance(self, lr, wd, momentum):
        """What drives the next step; None where no positive learning rate exists."""
        rule, form = variant(self.rule)
        alpha = growth_root(lr, wd, momentum)
        if rule in ("Texp", "KeepFirst") and alpha is None:
            return None
        if rule == "Texp" and lr > 0 and self.phase != (lr, wd, momentum):
            s = (1 / alpha - 1) / lr
            if form["initial" if self.phase is None else "boundary"]:
                self.kick += self.u**2 * (self.s - s)
            self.s, self.phase = s, (lr, wd, momentum)
        s = momentum * self.s + wd
        shrink = 1 - lr * s
        if rule == "KeepFirst":
            self.first = shrink = self.first or alpha
            s = 0.0
        if shrink <= 0:
            return None
        growth = 1 / (self.u**2 * shrink)
        if rule == "Power" and lr > 0:
            true = math.log(growth) + self.halved * math.log(4)
            growth = math.exp(form * true - self.halved * math.log(4))
        drive = {"lr": lr * growth, "wd": 0.0, "momentum": momentum, "kick": self.kick}
        drive |= {"epsilon": experiment["epsilon"] / self.u**2, "halvings": 0}
        self.u, self.s, self.kick = self.u * shrink, s / shrink, 0.0
        while self.rescaling and self.u < 0.5:
            self.u *= 2
            self.halved += 1
            drive["halvings"] += 1
        return drive


class Broken:
    """The twin with one deliberate error, from the step in which it is made."""

    def __init__(self, twist, gauge, twin_rule):
        self.twist, form = variant(twist)
        self.scale = 2.0**form if self.twist == "Scaled" else 1.0
        rules = {"Growth": {"Power": form}, "Naive": {"Texp": form}, "KeepFirst": "KeepFirst", "Scaled": "Ghost"}
        rescaling = experiment["rescaling"] and self.twist != "NoRescaling"
        self.gauge = gauge.fork(rules.get(self.twist, twin_rule), rescaling)
        self.fixed = self.gauge.u, self.gauge.halved

    def advance(self, lr, wd, momentum):
        if self.twist == "Scaled":  # not broken: the symmetry of the whole optimiser
            c = self.scale**2
            return plain(c * lr, wd / c, momentum) | {"epsilon": c * experiment["epsilon"]}
        halved = self.gauge.halved
        drive = self.gauge.advance(lr, wd, momentum)
        if drive and self.twist == "FixedEpsilon":
            u, before = self.fixed
            drive["epsilon"] = experiment["epsilon"] / u**2 * 4.0 ** (before - halved)
        if drive and self.twist == "KeepDecay":
            drive["wd"] = wd * 4.0**halved
        return drive | {"head_lr": drive["lr"] * 4.0**halved} if drive and self.twist == "TrainedHead" else drive


def plain(lr, wd, momentum):
    """Ordinary SGD."""
    return {"lr": lr, "wd": wd, "momentum": momentum, "epsilon": experiment["epsilon"], "kick": 0.0, "halvings": 0}


class Run:
    """A network and its optimiser: torch.optim.SGD, by hand because gauges reach into the momentum buffer."""

    def __init__(self, arm):
        names = [op["weight"] for op in network["ops"] if op["op"] == "conv"]
        weights = {name: load(f"weights/{name}.npy") for name in names}
        if arm == "control":
            exact = torch.float32 if experiment["precision"] == "F32" else torch.float64
            weights = {name: away_from_zero(w.to(exact)) for name, w in weights.items()}
        scale = 2.0 ** variant(experiment["twist"] or "")[1] if arm == "broken" and is_scaled(experiment["twist"]) else 1.0
        self.weights = {name: w.double() * scale for name, w in weights.items()}
        self.head = load("head.npy").double()  # [features, classes], frozen
        self.trained = [*self.weights.values(), self.head]
        self.buffers = [torch.zeros_like(w) for w in self.trained]
        for w in self.trained:
            w.requires_grad_()

    @torch.no_grad()
    def leave_gauge(self, gauge):
        """From the twin's weights and buffer to those of the run with weight decay: θ = u θ̃, v = ṽ/u + s u θ̃."""
        for w, v in zip(self.weights.values(), self.buffers):
            v.div_(gauge.u).add_(w, alpha=gauge.s * gauge.u)
            w.mul_(gauge.u)

    def step(self, x, y, lr, wd, momentum, epsilon, kick, halvings, head_lr=0.0):
        """One step, and the loss before it."""
        loss = F.cross_entropy(forward(self.weights, self.head, x, epsilon), y)
        *gradients, head_gradient = torch.autograd.grad(loss, self.trained)
        with torch.no_grad():
            for w, v, g in zip(self.weights.values(), self.buffers, gradients):
                v.add_(w, alpha=kick).mul_(momentum).add_(g).add_(w, alpha=wd)
                w.sub_(lr * v).mul_(0.5**halvings)
                v.mul_(2.0**halvings)
            self.buffers[-1].mul_(momentum).add_(head_gradient)
            self.head.sub_(head_lr * self.buffers[-1])
        return loss.item()


def is_scaled(twist):
    return twist is not None and variant(twist)[0] == "Scaled"


def away_from_zero(w):
    return torch.nextafter(w, torch.copysign(torch.full_like(w, math.inf), w))


def replay():
    """The losses of all runs by name; shorter than the others where a run ends."""
    settings = dict(experiment["hyper"], schedule=experiment["schedule"])
    names = {"LearningRate": "lr", "WeightDecay": "weight_decay", "Momentum": "momentum", "Schedule": "schedule"}
    changes = {}
    for change in experiment["changes"]:
        changes.setdefault(change["step"], []).append(variant(change["setting"]))
    rule, driven = experiment["twin"], load("hyper.npy")
    runs, losses = {arm: Run(arm) for arm in ARMS}, {arm: [] for arm in ARMS}
    twin, converted = Gauge(rule, experiment["rescaling"]), None
    broken = Broken(experiment["twist"], twin, rule) if experiment["twist"] else None
    for step in range(len(batches)):
        leaving = None
        for name, value in changes.get(step, []):
            if name == "RestartGauge":
                for gauge in (twin, broken.gauge if broken else None):
                    if gauge and "exp" in runs:
                        gauge.restart()
            elif name == "Twist":
                broken = Broken({**{}, **{}} or value_of(value), broken.gauge if broken else twin, rule)
            elif name == "Convert" and value:
                converted = converted or Gauge("Ghost", experiment["rescaling"])
            elif name == "Convert":
                leaving, converted = converted, None
            else:
                settings[names[name]] = value
        hyper = settings["lr"] * factor(settings["schedule"], step), settings["weight_decay"], settings["momentum"]
        assert np.allclose(hyper, driven[step], rtol=0, atol=1e-12), (step, hyper, driven[step])
    return losses
