"""Trains the two runs of this folder again, in PyTorch and float64, and compares their losses with series.csv.

The first run is SGD with momentum, weight decay and the learning rate of the link. The second has no weight decay and
the learning rate of the ghost weight u, a scalar that feels weight decay and momentum but no gradient. If theory is
right, both compute the same function at every step.

    python replay.py [losses.csv]        needs torch and numpy; writes its own losses if a file is named
"""

import csv
import json
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
head = load("head.npy").double()  # [features, classes], frozen
activation = ACTIVATIONS[network["activation"]]


class Ghost:
    """u and q: at every step the first run's weights are u times the twin's, and its buffer is ṽ/u + q times them."""

    def __init__(self, rescaling):
        self.u, self.q, self.rescaling = 1.0, 0.0, rescaling

    def advance(self, lr, wd, momentum):
        """The twin's learning rate, what its ε is multiplied by, and how often its weights are then halved."""
        q = momentum * self.q + wd * self.u
        u = self.u - lr * q
        if u <= 0.0:
            return None  # outside the regime: no positive learning rate exists
        twin_lr, epsilon_factor, halvings = lr / (self.u * u), self.u**-2, 0
        while self.rescaling and u < 0.5:
            u, q, halvings = 2 * u, 2 * q, halvings + 1
        self.u, self.q = u, q
        return twin_lr, epsilon_factor, halvings

    def restart(self):
        """Forgets q; the twin's buffer takes what is returned times its weights."""
        kick, self.q = self.u * self.q, 0.0
        return kick


class Run:
    """A network and its optimiser."""

    def __init__(self):
        self.weights = [load(f"weights/{layer['name']}.npy").double() for layer in network["convolutions"]]
        self.buffers = [torch.zeros_like(w) for w in self.weights]
        for w in self.weights:
            w.requires_grad_()

    def forward(self, x, epsilon):
        for w, layer in zip(self.weights, network["convolutions"]):
            x = F.conv2d(x, w, stride=layer["stride"], padding=w.shape[-1] // 2)
            x = activation(batch_norm(x, epsilon))
        return x.mean((2, 3)) @ head

    def step(self, x, y, lr, wd, momentum, epsilon, kick=0.0, halvings=0):
        """One step of SGD as torch.optim.SGD takes it, and the loss before it.

        By hand, because a restarted gauge and the exact halvings reach into the momentum buffer.
        """
        loss = F.cross_entropy(self.forward(x, epsilon), y)
        gradients = torch.autograd.grad(loss, self.weights)
        with torch.no_grad():
            for w, v, g in zip(self.weights, self.buffers, gradients):
                v.add_(w, alpha=kick).mul_(momentum).add_(g).add_(w, alpha=wd)
                w.sub_(lr * v).mul_(0.5**halvings)
                v.mul_(2.0**halvings)
        return loss.item()


def batch_norm(x, epsilon):
    """No trainable scale or shift. With ε = 0 a constant channel gives 0, by a test that knows no scale."""
    variance, mean = torch.var_mean(x, (0, 2, 3), correction=0, keepdim=True)
    constant = (variance <= 2.0**-40 * mean**2) & (epsilon == 0.0)
    deviation = torch.where(constant, torch.ones_like(variance), variance + epsilon).sqrt()
    return torch.where(constant, torch.zeros_like(x), (x - mean) / deviation)


def replay():
    """The losses of both runs, one pair a step; the twin's is None where it does not exist."""
    hyper = [experiment["hyper"][name] for name in ("lr", "weight_decay", "momentum")]
    names = ["LearningRate", "WeightDecay", "Momentum"]
    changes = {}
    for change in experiment["changes"]:
        changes.setdefault(change["step"], []).append(change["setting"])
    run, twin, ghost = Run(), Run(), Ghost(experiment["rescaling"])
    exists, losses = True, []
    for step, batch in enumerate(batches):
        kick = 0.0
        for setting in changes.get(step, []):
            if setting == "RestartGauge":
                kick += ghost.restart()
            else:
                [(name, value)] = setting.items()
                hyper[names.index(name)] = value
        lr, wd, momentum = hyper
        x, y, epsilon = images[batch], labels[batch], experiment["epsilon"]
        pair = [run.step(x, y, lr, wd, momentum, epsilon), None]
        schedule = ghost.advance(lr, wd, momentum) if exists else None
        exists = schedule is not None
        if exists:
            twin_lr, factor, halvings = schedule
            pair[1] = twin.step(x, y, twin_lr, 0.0, momentum, epsilon * factor, kick, halvings)
        losses.append(pair)
    return losses


def main():
    losses = replay()
    if len(sys.argv) > 1:
        rows = [f"# link {spec['link']}", f"# PyTorch {torch.__version__}, float64", "step,wd,exp"]
        rows += [f"{step},{wd!r},{'' if exp is None else repr(exp)}" for step, (wd, exp) in enumerate(losses)]
        Path(sys.argv[1]).write_text("\n".join(rows) + "\n")
    worst, compared = {"wd": 0.0, "exp": 0.0}, 0
    with open(HERE / "series.csv") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            step, arm = int(row["step"]), row["arm"]
            if arm in worst and row["loss"] and step < len(losses):
                ours = losses[step][arm == "exp"]
                worst[arm] = max(worst[arm], abs(float(row["loss"]) - ours))
                compared += 1
    between = max((abs(wd - exp) for wd, exp in losses if exp is not None), default=0.0)
    print(f"{len(losses)} steps, {compared} losses compared (the lab trained in {experiment['precision']})")
    print(f"largest difference from series.csv:  weight decay {worst['wd']:.3e}, ExpLR twin {worst['exp']:.3e}")
    print(f"largest difference between the runs here:             {between:.3e}")


if __name__ == "__main__":
    main()
