"""What people do with torch on CPUs. Each script prints enough to tell one rounding from another."""

from __future__ import annotations

from tests.launchers.warm.cases.case import Case

ONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
TWO = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"}
PASSIVE = {**ONE, "OMP_WAIT_POLICY": "PASSIVE"}

_DIGITS = """
import hashlib
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
def digest(module):
    return hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in module.parameters())).hexdigest()
def digits():
    x, y = load_digits(return_X_y=True)
    return torch.tensor(x / 16, dtype=torch.float32), torch.tensor(y)
def mlp():
    return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.1), nn.Linear(128, 10))
def train(net, batches, epochs=3):
    best, loss = torch.optim.Adam(net.parameters(), 1e-3), nn.CrossEntropyLoss()
    for _ in range(epochs):
        for x, y in batches:
            best.zero_grad()
            value = loss(net(x), y)
            value.backward()
            best.step()
    return value.item()
"""
_FIT = (
    _DIGITS
    + """
torch.manual_seed(7)
x, y = digits()
net = mlp()
print(train(net, [(x[i:i + 64], y[i:i + 64]) for i in range(0, len(x), 64)]), digest(net))
net.eval()
print((net(x).argmax(1) == y).float().mean().item(), torch.get_num_threads(), torch.get_num_interop_threads())
"""
)
_LOADER = (
    _DIGITS
    + """
if __name__ == "__main__":
    torch.manual_seed(7)
    data = DataLoader(TensorDataset(*digits()), 256, shuffle=True, num_workers=2, multiprocessing_context={method!r},
                      persistent_workers={persistent})
    net = mlp()
    print(train(net, data, 2), digest(net))
"""
)
_PROCESSES = """
import torch
import torch.multiprocessing as mp
def fill(number, tensor):
    tensor[number] = torch.ones(300, 300).mm(torch.ones(300, 300)).sum() + number
def offer(queue):
    queue.put(torch.arange(5))
def square(x):
    return (torch.tensor(x) ** 2).item()
if __name__ == "__main__":
    shared = torch.zeros(2).share_memory_()
    mp.start_processes(fill, (shared,), nprocs=2, start_method={method!r})
    print(shared)
    context = mp.get_context({method!r})
    with context.Pool(2) as pool:
        print(pool.map(square, range(4)))
"""
_GROUP = """
import os, torch
import torch.distributed as dist
import torch.multiprocessing as mp
def work(rank, store):
    dist.init_process_group("gloo", init_method="file://" + store, rank=rank, world_size=2)
    value = torch.full((3,), float(rank + 1))
    dist.all_reduce(value)
    if rank == 0:
        print(value, flush=True)
    dist.destroy_process_group()
if __name__ == "__main__":
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    mp.start_processes(work, (os.path.abspath("store"),), nprocs=2, start_method={method!r})
    if os.path.exists("store"):
        os.remove("store")
"""

CASES = (
    Case("a thread", _FIT, env=ONE),
    Case("two threads", _FIT, env=TWO),
    Case("asleep", _FIT, env=PASSIVE),
    Case("no word of threads", _FIT),
    Case(
        "more threads than its share",
        "import torch\ntorch.set_num_threads(2)\ntorch.set_num_interop_threads(2)\n" + _FIT,
        env=PASSIVE,
    ),
    Case(
        "threads asked for after some work",
        "import torch\nprint(torch.ones(700, 700).mm(torch.ones(700, 700)).sum())\ntorch.set_num_threads(2)\n" + _FIT,
        env=ONE,
    ),
    Case(
        "what torch says of its threads",
        "import torch\nprint(torch.__config__.parallel_info())\nprint(torch.get_num_threads(), torch.initial_seed() > 0)",
        env=TWO,
    ),
    *(
        Case(
            f"loader by {method}, persistent {persistent}",
            _LOADER.format(method=method, persistent=persistent),
            env=TWO,
        )
        for method in ("fork", "spawn", "forkserver")
        for persistent in (False, True)
    ),
    Case(
        "seeds of a loader's workers",
        "import torch\nfrom torch.utils.data import DataLoader, Dataset, get_worker_info\n"
        "class Data(Dataset):\n    def __len__(self): return 4\n"
        "    def __getitem__(self, i): return get_worker_info().seed, torch.initial_seed(), torch.rand(1).item(), torch.get_num_threads()\n"
        "torch.manual_seed(3)\nprint(list(DataLoader(Data(), num_workers=2)))",
        env=TWO,
    ),
    Case(
        "error in a loader's worker",
        "import torch\nfrom torch.utils.data import DataLoader, Dataset\n"
        "class Data(Dataset):\n    def __len__(self): return 4\n    def __getitem__(self, i): raise KeyError('no such row')\n"
        "list(DataLoader(Data(), num_workers=1))",
        env=TWO,
        exit_code=1,
    ),
    Case(
        "loader's worker that is killed",
        "import os, re, signal, torch\nfrom torch.utils.data import DataLoader, Dataset\n"
        "class Data(Dataset):\n    def __len__(self): return 4\n    def __getitem__(self, i): os.kill(os.getpid(), signal.SIGKILL)\n"
        "try:\n    list(DataLoader(Data(), num_workers=1))\nexcept RuntimeError as error:\n    print(re.sub('[0-9]+', 'N', str(error)))",
        env=TWO,
    ),
    Case(
        "exit with a loader at work",
        "import sys, torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
        "loader = DataLoader(TensorDataset(torch.arange(1000)), 2, num_workers=2, persistent_workers=True)\n"
        "batches = iter(loader)\nprint(next(batches))\nsys.exit(3)",
        env=TWO,
        exit_code=3,
    ),
    *(
        Case(f"processes with tensors by {method}", _PROCESSES.format(method=method), env=ONE)
        for method in ("fork", "spawn")
    ),
    *(Case(f"group of processes by {method}", _GROUP.format(method=method), env=ONE) for method in ("fork", "spawn")),
    Case(
        "gradients",
        "import threading, torch\ntorch.manual_seed(1)\na = torch.rand(400, 400, requires_grad=True)\n"
        "(first,) = torch.autograd.grad((a @ a).sin().sum(), a, create_graph=True)\nfirst.pow(2).sum().backward()\n"
        "print(repr(a.grad.double().sum().item()))\n"
        "def work(n):\n    w = torch.full((300, 300), 0.01 * n, requires_grad=True)\n    (w @ w).sum().backward()\n    found[n] = w.grad.sum().item()\n"
        "found = {}\nthreads = [threading.Thread(target=work, args=(n,)) for n in range(4)]\n"
        "[t.start() for t in threads]\n[t.join() for t in threads]\nprint(sorted(found.items()))\n"
        "print(torch.func.vmap(torch.func.grad(lambda x: (x ** 3).sum()))(torch.ones(3, 2)))",
        env=TWO,
    ),
    Case(
        "convolutions and recurrence",
        "import torch\nfrom torch import nn\ntorch.manual_seed(5)\nimages = torch.rand(32, 3, 32, 32)\n"
        "net = nn.Sequential(nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(256, 2))\n"
        "net(images).square().mean().backward()\nprint(repr(sum(p.grad.double().sum().item() for p in net.parameters())))\n"
        "out, _ = nn.LSTM(8, 16, 2, batch_first=True)(torch.rand(4, 20, 8))\nprint(repr(out.double().sum().item()))\n"
        "layer = nn.TransformerEncoderLayer(32, 4, batch_first=True)\nprint(repr(layer(torch.rand(2, 10, 32)).double().std().item()))\n"
        "a = torch.rand(200, 200)\nprint(torch.linalg.svdvals(a)[:3], torch.linalg.inv(a).norm(), torch.fft.rfft(a).abs().sum())",
        env=TWO,
    ),
    Case(
        "saved and loaded",
        "import torch\nfrom torch import nn\ntorch.manual_seed(5)\nnet = nn.Linear(3, 2)\n"
        "torch.save({'net': net.state_dict(), 'epoch': 3, 'state': torch.get_rng_state()}, 'model.pt')\n"
        "kept = torch.load('model.pt', weights_only=True)\nother = nn.Linear(3, 2)\nprint(other.load_state_dict(kept['net']))\n"
        "torch.set_rng_state(kept['state'])\nprint(torch.rand(2), other(torch.ones(3)))",
        env=TWO,
    ),
    Case(
        "seeds",
        "import random\nimport numpy as np\nimport torch\nprint(torch.Generator().initial_seed(), torch.rand(2, generator=torch.Generator()))\n"
        "random.seed(1), np.random.seed(1)\nprint(torch.manual_seed(1).initial_seed(), torch.rand(3), np.random.rand(), random.random())\n"
        "torch.use_deterministic_algorithms(True)\nprint(torch.randperm(10), torch.nn.functional.dropout(torch.ones(8)))",
        env=TWO,
    ),
    Case(
        "compiled",
        "import torch\ntorch.manual_seed(2)\nf = torch.compile(lambda x: (x.sin() + x.cos()).sum(), backend='eager')\n"
        "print(f(torch.ones(10)), f(torch.ones(20)))",
        env=TWO,
    ),
    Case(
        "scripted",
        "import warnings\nwarnings.simplefilter('ignore')\nimport torch\n"
        "@torch.jit.script\ndef f(x: torch.Tensor) -> torch.Tensor:\n"
        "    a = torch.jit.fork(torch.mm, x, x)\n    b = torch.mm(x, x)\n    return torch.jit.wait(a) + b\n"
        "print(f(torch.ones(300, 300)).sum())",
        env=TWO,
    ),
    Case(
        "profiled",
        "import torch\nfrom torch.profiler import profile\nwith profile() as found:\n    torch.ones(50, 50).mm(torch.ones(50, 50))\n"
        "print(sorted(each.key for each in found.key_averages()))",
        env={**TWO, "KINETO_LOG_LEVEL": "6"},
    ),
    Case(
        "few bits",
        "import warnings\nwarnings.simplefilter('ignore')\nimport torch\ntorch.manual_seed(4)\n"
        "for engine in torch.backends.quantized.supported_engines:\n"
        "    if engine == 'none':\n        continue\n    torch.backends.quantized.engine = engine\n"
        "    net = torch.ao.quantization.quantize_dynamic(torch.nn.Sequential(torch.nn.Linear(64, 64)), {torch.nn.Linear})\n"
        "    print(engine, net(torch.rand(128, 64)).sum())",
        env={**TWO, "TORCH_CPP_LOG_LEVEL": "ERROR"},
    ),
    Case(
        "beside scikit-learn and pandas",
        _DIGITS
        + "import pandas as pd\nfrom sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier\n"
        "from sklearn.linear_model import LogisticRegression\n"
        "torch.manual_seed(7)\nx, y = digits()\nframe = pd.DataFrame(x.numpy()).assign(y=y)\n"
        "print(frame.groupby('y').mean().sum().sum())\n"
        "for model in (LogisticRegression(max_iter=50, tol=1), RandomForestClassifier(10, n_jobs=2, random_state=0), HistGradientBoostingClassifier(max_iter=5, random_state=0)):\n"
        "    print(model.fit(x, y).score(x, y))\n    net = mlp()\n    print(train(net, [(x, y)]), digest(net))\n",
        env=TWO,
    ),
    Case(
        "error in torch",
        "import torch\nprint(torch.ones(2).device)\ntorch.ones(2, 3).mm(torch.ones(2, 3))",
        env=TWO,
        exit_code=1,
    ),
    Case(
        "warning of torch",
        "import numpy as np\nimport torch\na = np.ones(2)\na.flags.writeable = False\nprint(torch.from_numpy(a), torch.from_numpy(a))",
        env=TWO,
    ),
    Case(
        "no GPU",
        "import torch\nprint(torch.cuda.is_initialized(), torch.cuda.is_available(), torch.cuda.device_count())\n"
        "print(torch.cuda._is_in_bad_fork())\ntorch.ones(1).cuda()",
        env=TWO,
        exit_code=1,
    ),
)
