"""Find or make the cluster, as a module of the team's own."""

from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.exceptions import ComputeTargetException


def get_compute(workspace, compute_name, vm_size):
    try:
        if compute_name in workspace.compute_targets:
            compute_target = workspace.compute_targets[compute_name]
            if compute_target and type(compute_target) is AmlCompute:
                print("Found existing compute target " + compute_name + " so using it.")
        else:
            compute_config = AmlCompute.provisioning_configuration(
                vm_size=vm_size,
                vm_priority="lowpriority",
                min_nodes=0,
                max_nodes=2,
                idle_seconds_before_scaledown="300",
            )
            compute_target = ComputeTarget.create(workspace, compute_name, compute_config)
            compute_target.wait_for_completion(show_output=True, min_node_count=None, timeout_in_minutes=10)
        return compute_target
    except ComputeTargetException as ex:
        print(ex)
        exit(1)
