"""Training with libraries that have threads of their own."""

from __future__ import annotations

from tests.launchers.warm.cases.case import Case

SCIENCE = ("numpy", "pandas", "sklearn.linear_model", "sklearn.ensemble", "sklearn.datasets", "joblib")
THREADS = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}

_DATA = "from sklearn.datasets import make_classification\nX, y = make_classification(600, 10, random_state=0)\n"

CASES = (
    Case(
        "matrix product",
        "import numpy as np\na = np.arange(250_000.0).reshape(500, 500) % 7\nprint(float((a @ a).sum()), np.linalg.norm(a))",
        modules=SCIENCE,
        env=THREADS,
    ),
    Case(
        "logistic regression",
        _DATA
        + "from sklearn.linear_model import LogisticRegression\nprint(LogisticRegression().fit(X, y).score(X, y))",
        modules=SCIENCE,
        env=THREADS,
    ),
    Case(
        "forest",
        _DATA + "from sklearn.ensemble import RandomForestClassifier\n"
        "print(RandomForestClassifier(10, n_jobs=2, random_state=0).fit(X, y).score(X, y))",
        modules=SCIENCE,
        env=THREADS,
    ),
    Case(
        "histogram boosting",
        _DATA + "from sklearn.ensemble import HistGradientBoostingClassifier\n"
        "print(HistGradientBoostingClassifier(max_iter=10, random_state=0).fit(X, y).score(X, y))",
        modules=SCIENCE,
        env=THREADS,
    ),
    Case(
        "loky",
        "import joblib\ndef f(x): return x * x\n"
        "if __name__ == '__main__':\n    print(joblib.Parallel(2)(joblib.delayed(f)(n) for n in range(4)))",
        modules=SCIENCE,
        env=THREADS,
    ),
    Case(
        "frames",
        "import pandas as pd, io\nframe = pd.read_csv(io.StringIO('a,b\\n1,2\\n1,4'))\nprint(frame.groupby('a').mean())\n"
        "frame.to_csv('out.csv')",
        modules=SCIENCE,
        env=THREADS,
    ),
    Case(
        "library that is imported late",
        "import sklearn.svm\nprint(sklearn.svm.SVC().get_params()['C'])",
        modules=("numpy",),
    ),
    Case(
        "error inside a library",
        "import pandas as pd\npd.DataFrame({'a': [1]})['b']",
        modules=SCIENCE,
        env=THREADS,
        exit_code=1,
    ),
)
