"""Three Valkeys on this machine that are one cluster, each with a third of the keys."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from indaba.operate.local.engines.spawn import Child, Order, spawn
from indaba.operate.local.engines.valkey import server
from workshop import until

HERE = "127.0.0.1"
SLOTS = 16384
NODES = 3


@asynccontextmanager
async def valkey_cluster(folder: Path) -> AsyncIterator[str]:
    """The URL of a cluster that is whole."""
    ports = _free_ports()
    nodes = [_started(folder / str(port), port) for port in ports]
    clients: list[Any] = [Redis(host=HERE, port=port) for port in ports]
    try:
        for node, port in zip(nodes, ports, strict=True):
            await node.ready(partial(_answers, port), 20)
        await _joined(clients, ports)
        yield "redis+cluster://" + ",".join(f"{HERE}:{port}" for port in ports[:2])
    finally:
        for client in clients:
            await client.aclose()
        for node in nodes:
            await node.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path, port: int) -> Child:
    folder.mkdir(parents=True)
    words = f"--port {port} --bind {HERE} --dir {folder} --cluster-enabled yes --appendonly yes"
    command = [str(server()), *words.split(), "--save", ""]
    return spawn(Order(name="Valkey", command=command, log=folder / "valkey.log"))


async def _joined(clients: list[Any], ports: list[int]) -> None:
    share = SLOTS // NODES + 1
    for number, client in enumerate(clients):
        first, last = number * share, min((number + 1) * share, SLOTS) - 1
        await client.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
        await client.execute_command("CLUSTER MEET", HERE, ports[0])

    async def whole() -> bool:
        states = [await client.execute_command("CLUSTER INFO") for client in clients]
        return all(
            state["cluster_state"] == "ok" and state["cluster_known_nodes"] == str(NODES)
            for state in states
        )

    await until(whole, 30)
    # Every node has to have heard of every slot before clients may ask any of them.
    await asyncio.sleep(0.5)


def _free_ports() -> list[int]:
    """Ports that are free, and whose neighbours 10,000 further are: there the nodes talk."""
    found: list[int] = []
    for port in range(17000, 40000):
        if _is_free(port) and _is_free(port + 10000):
            found.append(port)
        if len(found) == NODES:
            return found
    raise OSError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as line:
        try:
            line.bind((HERE, port))
        except OSError:
            return False
    return True


def _answers(port: int) -> bool:
    with socket.socket() as line:
        line.settimeout(1.0)
        try:
            line.connect((HERE, port))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False
