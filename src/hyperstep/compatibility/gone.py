"""Names gone from current numpy, pandas and scikit-learn that scripts of v1 use, each with its replacement.

Sources: the release notes of numpy 1.20 to 2.0, pandas 0.25 to 2.0, scikit-learn 0.22 to 1.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from hyperstep.compatibility.used import UsedName

_NUMPY: Mapping[str, str] = {
    "bool": "bool (numpy 2 has the name again, for its own type)",
    "complex": "complex",
    "float": "float",
    "int": "int",
    "long": "int (numpy 2 has the name again, for its own type)",
    "object": "object",
    "str": "str",
    "unicode": "str",
}
_NUMPY_2: Mapping[str, str] = {
    "Inf": "numpy.inf",
    "Infinity": "numpy.inf",
    "NINF": "-numpy.inf",
    "NaN": "numpy.nan",
    "PINF": "numpy.inf",
    "alltrue": "numpy.all",
    "asfarray": "numpy.asarray(..., dtype=float)",
    "cast": "numpy.asarray(..., dtype=...)",
    "complex_": "numpy.complex128",
    "cumproduct": "numpy.cumprod",
    "float_": "numpy.float64",
    "infty": "numpy.inf",
    "mat": "numpy.asmatrix",
    "msort": "numpy.sort(..., axis=0)",
    "product": "numpy.prod",
    "sometrue": "numpy.any",
    "string_": "numpy.bytes_",
    "unicode_": "numpy.str_",
}
_PANDAS: Mapping[str, tuple[str, str]] = {
    "pandas.DataFrame.append": ("2.0", "pandas.concat([frame, other])"),
    "pandas.DataFrame.as_matrix": ("1.0", "DataFrame.to_numpy()"),
    "pandas.DataFrame.fillna(method=)": ("3.0", "DataFrame.ffill() or DataFrame.bfill()"),
    "pandas.DataFrame.iteritems": ("2.0", "DataFrame.items()"),
    "pandas.DataFrame.ix": ("1.0", "DataFrame.loc or DataFrame.iloc"),
    "pandas.DataFrame.mad": ("2.0", "(frame - frame.mean()).abs().mean()"),
    "pandas.Float64Index": ("2.0", "pandas.Index(..., dtype='float64')"),
    "pandas.Int64Index": ("2.0", "pandas.Index(..., dtype='int64')"),
    "pandas.Panel": ("0.25", "a DataFrame with a MultiIndex"),
    "pandas.io.json.json_normalize": ("2.0", "pandas.json_normalize"),
    "pandas.read_csv(error_bad_lines=)": ("2.0", "on_bad_lines="),
    "pandas.read_csv(squeeze=)": ("2.0", ".squeeze('columns') on the result"),
    "pandas.read_csv(warn_bad_lines=)": ("2.0", "on_bad_lines="),
    "pandas.read_gbq": ("3.0", "pandas_gbq.read_gbq"),
    "pandas.rolling_mean": ("0.23", "Series.rolling(...).mean()"),
    "pandas.util.testing": ("2.0", "pandas.testing"),
}
_SKLEARN: Mapping[str, tuple[str, str]] = {
    "sklearn.cross_validation": ("0.20", "sklearn.model_selection"),
    "sklearn.datasets.fetch_mldata": ("0.22", "sklearn.datasets.fetch_openml"),
    "sklearn.datasets.load_boston": ("1.2", "sklearn.datasets.fetch_california_housing, or fetch_openml"),
    "sklearn.ensemble.AdaBoostClassifier(base_estimator=)": ("1.4", "estimator="),
    "sklearn.ensemble.AdaBoostRegressor(base_estimator=)": ("1.4", "estimator="),
    "sklearn.ensemble.BaggingClassifier(base_estimator=)": ("1.4", "estimator="),
    "sklearn.ensemble.BaggingRegressor(base_estimator=)": ("1.4", "estimator="),
    "sklearn.externals.joblib": ("0.23", "the package itself: import joblib"),
    "sklearn.externals.six": ("0.23", "what it stood for in Python 3"),
    "sklearn.feature_extraction.text.CountVectorizer.get_feature_names": ("1.2", "get_feature_names_out()"),
    "sklearn.feature_extraction.text.TfidfVectorizer.get_feature_names": ("1.2", "get_feature_names_out()"),
    "sklearn.grid_search": ("0.20", "sklearn.model_selection"),
    "sklearn.learning_curve": ("0.20", "sklearn.model_selection"),
    "sklearn.linear_model.ElasticNet(normalize=)": ("1.2", "a StandardScaler in front, in a pipeline"),
    "sklearn.linear_model.Lasso(normalize=)": ("1.2", "a StandardScaler in front, in a pipeline"),
    "sklearn.linear_model.LinearRegression(normalize=)": ("1.2", "a StandardScaler in front, in a pipeline"),
    "sklearn.linear_model.Ridge(normalize=)": ("1.2", "a StandardScaler in front, in a pipeline"),
    "sklearn.metrics.jaccard_similarity_score": ("0.23", "sklearn.metrics.jaccard_score"),
    "sklearn.metrics.mean_squared_error(squared=)": ("1.6", "sklearn.metrics.root_mean_squared_error"),
    "sklearn.metrics.plot_confusion_matrix": ("1.2", "ConfusionMatrixDisplay.from_estimator"),
    "sklearn.metrics.plot_precision_recall_curve": ("1.2", "PrecisionRecallDisplay.from_estimator"),
    "sklearn.metrics.plot_roc_curve": ("1.2", "RocCurveDisplay.from_estimator"),
    "sklearn.metrics.scorer": ("0.24", "sklearn.metrics"),
    "sklearn.preprocessing.Imputer": ("0.22", "sklearn.impute.SimpleImputer"),
    "sklearn.preprocessing.OneHotEncoder(categorical_features=)": ("0.22", "sklearn.compose.ColumnTransformer"),
    "sklearn.preprocessing.OneHotEncoder(sparse=)": ("1.4", "sparse_output="),
    "sklearn.preprocessing.OneHotEncoder.get_feature_names": ("1.2", "get_feature_names_out()"),
    "sklearn.utils.testing": ("0.24", "numpy.testing, or the names of sklearn.utils"),
}


@cache
def gone_names() -> Mapping[str, tuple[str, str]]:
    """Full name to the version it is gone since and its replacement."""
    return {
        **{f"numpy.{name}": ("1.24", f"{by}") for name, by in _NUMPY.items()},
        **{f"numpy.{name}": ("2.0", by) for name, by in _NUMPY_2.items()},
        "numpy.in1d": ("2.4", "numpy.isin"),
        "numpy.trapz": ("2.4", "numpy.trapezoid"),
        **_PANDAS,
        **_SKLEARN,
    }


def replacement_of(used: UsedName) -> tuple[str, str, str] | None:
    """The gone name that a used name is, or is below of, with the version it is gone since and its replacement."""
    name = used.full_name
    while "." in name:
        if name in gone_names():
            return name, *gone_names()[name]
        name = name.rpartition(".")[0]
    return None
