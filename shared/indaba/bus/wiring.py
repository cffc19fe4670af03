"""Which of FastStream's brokers carries the bus: for one server, or for a cluster."""

from typing import Any
from urllib.parse import SplitResult, urlsplit

from faststream.redis import RedisBroker, RedisClusterBroker
from redis.asyncio.cluster import RedisCluster

CLUSTER = "+cluster"
PORT = 6379


def broker_at(url: str) -> RedisBroker:
    """The broker for a bus at `url`, not connected yet.

    One server: `redis://`, `rediss://` or `unix://`. A cluster: `redis+cluster://` (or with
    `rediss`) and some of its nodes, such as `redis+cluster://one:6379,two:6379`; the others are
    found from there. Raises `ValueError` if a node's port is no number.
    """
    # We hand over opened envelopes: FastStream need not look at them, nor build models to do so.
    none: Any = None  # it takes None for silence and for no models, its types do not say so
    unread = {"apply_types": False, "serializer": none, "logger": none}
    there = urlsplit(url)
    if not there.scheme.endswith(CLUSTER):
        return RedisBroker(url, **unread)
    scheme = there.scheme.removesuffix(CLUSTER)
    credentials, _, nodes = there.netloc.rpartition("@")
    (host, port), *others = [_node(node) for node in nodes.split(",")]
    at = f"{credentials}@{host}:{port}" if credentials else f"{host}:{port}"
    first = SplitResult(scheme, at, there.path, there.query, "").geturl()
    return RedisClusterBroker(first, startup_nodes=others, **unread)


def is_cluster(broker: RedisBroker) -> bool:
    """Whether a broker speaks to several servers: it then takes no pipeline."""
    return isinstance(broker, RedisClusterBroker)


def nodes_of(client: Any) -> list[dict[str, Any]]:
    """For commands about a server rather than a key: what names each server."""
    if isinstance(client, RedisCluster):
        return [{"target_nodes": node} for node in client.get_nodes()]
    return [{}]


def _node(named: str) -> tuple[str, int]:
    there = urlsplit(f"//{named}")
    return there.hostname or "", there.port or PORT
