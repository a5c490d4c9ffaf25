"""Trains the runs of this folder again, in PyTorch and float64, and compares their losses with series.csv.

`wd` is SGD with momentum, weight decay and a scheduled learning rate. `exp`, its twin, has no weight decay and a
learning rate that grows: if theory is right, both compute the same function at every step. Beside them, where the link
asks for them: `control` (wd, every initial weight moved by one unit in the last place), `ablation` (wd without weight
decay) and `broken` (the twin with one deliberate error).

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
        if self.u**2 * shrink <= 0:
            return None
        growth = 1 / (self.u**2 * shrink)
        if rule == "Power":  # of the true growth, 4^halved times that of the stored weights
            halved = self.halved * math.log(4)
            growth = float(np.exp(form * (math.log(growth) + halved) - halved))
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
        rules = {"Growth": {"Power": form}, "Naive": {"Texp": form}, "KeepFirst": "KeepFirst", "Scaled": "Ghost"}
        rescaling = experiment["rescaling"] and self.twist not in ("NoRescaling", "TrainedHead")
        self.gauge = gauge.fork(rules.get(self.twist, twin_rule), rescaling)
        self.start = self.gauge.u, self.gauge.halved
        self.scale = 2.0**form if self.twist == "Scaled" else 1.0

    def advance(self, lr, wd, momentum):
        epsilon = experiment["epsilon"]
        if self.twist == "Scaled":  # no error: the symmetry of the whole optimiser
            return plain(self.scale**2 * lr, wd / self.scale**2, momentum) | {"epsilon": self.scale**2 * epsilon}
        halved = self.gauge.halved
        drive = self.gauge.advance(lr, wd, momentum)
        if drive and self.twist == "FixedEpsilon":
            u, before = self.start
            drive["epsilon"] = epsilon / u**2 * 4.0 ** (before - halved)
        if drive and self.twist == "KeepDecay":
            drive["wd"] = float(np.ldexp(wd, 2 * halved))  # on the true weights
        if drive and self.twist == "TrainedHead":
            drive["trains_head"] = True
        return drive


def plain(lr, wd, momentum):
    """Ordinary SGD."""
    return {"lr": lr, "wd": wd, "momentum": momentum, "epsilon": experiment["epsilon"]}


class Run:
    """A network and its optimiser: torch.optim.SGD, by hand because gauges reach into the momentum buffer."""

    def __init__(self, arm):
        names = [op["weight"] for op in network["ops"] if op["op"] == "conv"]
        weights = [load(f"weights/{name}.npy") for name in names]
        if arm == "control":
            exact = torch.float32 if experiment["precision"] == "F32" else torch.float64
            weights = [w.to(exact) for w in weights]
            weights = [torch.nextafter(w, w.sign() * math.inf) for w in weights]
        twist, form = variant(experiment["twist"] or "")
        scale = 2.0**form if arm == "broken" and twist == "Scaled" else 1.0
        weights = [w.double() * scale for w in weights]
        # The head [features, classes] is frozen but in a run that trains it by mistake.
        self.trained = [w.requires_grad_() for w in weights + [load("head.npy").double()]]
        self.buffers = [torch.zeros_like(w) for w in self.trained]
        self.by_name = dict(zip(names, self.trained))

    def body(self):
        """The scale-invariant weights and their buffers."""
        return list(zip(self.trained, self.buffers))[:-1]

    @torch.no_grad()
    def leave(self, gauge):
        """From the weights and the buffer of a twin to those of the run with weight decay: u θ̃ and ṽ/u + s u θ̃."""
        for w, v in self.body():
            v.div_(gauge.u).add_(w, alpha=gauge.s * gauge.u)
            w.mul_(gauge.u)

    def step(self, x, y, lr, wd, momentum, epsilon, kick=0.0, halvings=0, trains_head=False):
        """One step of SGD, and the loss before it."""
        loss = F.cross_entropy(forward(self.by_name, self.trained[-1], x, epsilon), y)
        *gradients, head_gradient = torch.autograd.grad(loss, self.trained)
        with torch.no_grad():
            for (w, v), g in zip(self.body(), gradients):
                v.add_(w, alpha=kick).mul_(momentum).add_(g).add_(w, alpha=wd)
                w.sub_(lr * v).mul_(0.5**halvings)
                v.mul_(2.0**halvings)
            if trains_head:
                self.buffers[-1].mul_(momentum).add_(head_gradient)
                self.trained[-1].sub_(lr * self.buffers[-1])
        return loss.item()


def replay():
    """The losses of all runs by name; a list is shorter than the others where a run ends."""
    names = {"LearningRate": "lr", "WeightDecay": "weight_decay", "Momentum": "momentum", "Schedule": "schedule"}
    settings = experiment["hyper"] | {"schedule": experiment["schedule"]}
    changes = {}
    for change in experiment["changes"]:
        changes.setdefault(change["step"], []).append(variant(change["setting"]))
    rule, rescaling, driven = experiment["twin"], experiment["rescaling"], np.load(HERE / "hyper.npy")
    runs, losses = {arm: Run(arm) for arm in ARMS}, {arm: [] for arm in ARMS}
    twin, converted = Gauge(rule, rescaling), None
    broken = Broken(experiment["twist"], twin, rule) if experiment["twist"] else None
    for step in range(len(batches)):
        left = None
        for name, value in changes.get(step, []):
            if name in names:
                settings[names[name]] = value
            elif name == "Twist":
                broken = Broken(value, broken.gauge if broken else twin, rule)
            elif name == "RestartGauge" and "exp" in runs:
                twin.restart()
                if broken:
                    broken.gauge.restart()
            elif name == "Convert" and value:
                converted = converted or Gauge("Ghost", rescaling)
            elif name == "Convert":
                left, converted = converted, None
        hyper = settings["lr"] * factor(settings["schedule"], step), settings["weight_decay"], settings["momentum"]
        assert np.allclose(hyper, driven[step], rtol=1e-12, atol=1e-12), f"step {step}: {hyper}, not {driven[step]}"

        drives = {"control": plain(*hyper), "ablation": plain(hyper[0], 0.0, hyper[2])}
        drives["exp"] = twin.advance(*hyper) if "exp" in runs else None
        drives["broken"] = broken.advance(*hyper) if broken else drives["exp"]
        drives["wd"] = converted.advance(*hyper) if converted else plain(*hyper)
        if drives["wd"] is None:  # its gauge ends: weight decay comes back by itself
            left, converted, drives["wd"] = converted, None, plain(*hyper)
        if left:
            runs["wd"].leave(left)
        x, y = batch_of(step)
        for arm in list(runs):
            loss = runs[arm].step(x, y, **drives[arm]) if drives[arm] else math.nan
            if math.isfinite(loss):
                losses[arm].append(loss)
            else:
                del runs[arm]
    return losses


def main():
    losses = replay()
    if len(sys.argv) > 1:
        rows = [f"# link {spec['link']}", f"# PyTorch {torch.__version__}, float64", ",".join(["step", *ARMS])]
        for step in range(len(batches)):
            cells = [repr(losses[arm][step]) if step < len(losses[arm]) else "" for arm in ARMS]
            rows.append(",".join([str(step), *cells]))
        Path(sys.argv[1]).write_text("\n".join(rows) + "\n")
    differences = {arm: [] for arm in ARMS}
    with open(HERE / "series.csv") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            step, arm = int(row["step"]), row["arm"]
            if row["loss"] and step < len(batches):
                ours = losses[arm][step] if step < len(losses[arm]) else math.inf
                differences[arm].append(abs(float(row["loss"]) - ours))
    print(f"{len(batches)} steps; the lab trained in {experiment['precision']}")
    print("largest difference from series.csv, and from wd here:")
    for arm in ARMS:
        between = max((abs(a - b) for a, b in zip(losses[arm], losses["wd"])), default=0.0)
        worst = max(differences[arm], default=math.nan)
        print(f"{arm:<10}{worst:.3e}  over {len(differences[arm])} losses{'' if arm == 'wd' else f'    {between:.3e}'}")


if __name__ == "__main__":
    main()
