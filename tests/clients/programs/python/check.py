# SPDX-License-Identifier: Apache-2.0
"""The Python client: lists, writes, watches and runs a command; prints "ok" at the end."""

import sys

from kubernetes import client, config, watch
from kubernetes.stream import stream

config.load_kube_config()
core = client.CoreV1Api()
assert client.Configuration.get_default_copy().assert_hostname is not False
assert [n.metadata.name for n in core.list_node().items]
core.create_namespaced_config_map(
    "default", {"metadata": {"name": "from-python"}, "data": {"colour": "red"}}
)
seen = []
for event in watch.Watch().stream(
    core.list_namespaced_config_map,
    "default",
    field_selector="metadata.name=from-python",
    timeout_seconds=30,
):
    seen.append((event["type"], event["object"].data["colour"]))
    if len(seen) == 1:
        core.patch_namespaced_config_map("from-python", "default", {"data": {"colour": "blue"}})
    elif len(seen) == 2:
        core.delete_namespaced_config_map("from-python", "default")
    else:
        break
assert seen == [("ADDED", "red"), ("MODIFIED", "blue"), ("DELETED", "blue")], seen
said = stream(
    core.connect_get_namespaced_pod_exec,
    sys.argv[1],
    "default",
    command=["sh", "-c", "echo said by the pod"],
    stdout=True,
    stderr=True,
    stdin=False,
    tty=False,
)
assert said.strip() == "said by the pod", said
assert core.read_namespaced_pod_log(sys.argv[1], "default", tail_lines=1) is not None
print("ok")
