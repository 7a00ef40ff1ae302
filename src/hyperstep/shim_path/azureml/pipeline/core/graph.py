"""Graphs: nodes, ports, edges, parameters."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "DataSource": "hyperstep.azureml_v1.pipeline.unbuilt",
        "DataSourceDef": "hyperstep.azureml_v1.pipeline.unbuilt",
        "DataSourceNode": "hyperstep.azureml_v1.pipeline.nodes",
        "DataType": "hyperstep.azureml_v1.pipeline.unbuilt",
        "Edge": "hyperstep.azureml_v1.pipeline.ports",
        "Graph": "hyperstep.azureml_v1.pipeline.graph",
        "InputPort": "hyperstep.azureml_v1.pipeline.ports",
        "InputPortBinding": "hyperstep.azureml_v1.pipeline.bindings",
        "InputPortDef": "hyperstep.azureml_v1.pipeline.port_definitions",
        "Module": "hyperstep.azureml_v1.pipeline.unbuilt",
        "ModuleDef": "hyperstep.azureml_v1.pipeline.modules",
        "ModuleNode": "hyperstep.azureml_v1.pipeline.nodes",
        "Node": "hyperstep.azureml_v1.pipeline.nodes",
        "OutputPort": "hyperstep.azureml_v1.pipeline.ports",
        "OutputPortBinding": "hyperstep.azureml_v1.pipeline.bindings",
        "OutputPortDef": "hyperstep.azureml_v1.pipeline.port_definitions",
        "Param": "hyperstep.azureml_v1.pipeline.ports",
        "ParamDef": "hyperstep.azureml_v1.pipeline.port_definitions",
        "PipelineDataset": "hyperstep.azureml_v1.pipeline.pipeline_dataset",
        "PipelineParameter": "hyperstep.azureml_v1.pipeline.parameter",
        "PortDataReference": "hyperstep.azureml_v1.pipeline.port_data_reference",
        "PublishedPipeline": "hyperstep.azureml_v1.pipeline.published_pipeline",
        "TrainingOutput": "hyperstep.azureml_v1.pipeline.training_output",
    },
)
