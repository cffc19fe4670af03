"""How messages travel: requests and events on Redis Streams, replies on a channel.

The only importer of FastStream and redis. See `Bus` for what it promises.
"""

from indaba.bus.bus import Bus
from indaba.bus.replies import Outcome, ReplyEnvelope

__all__ = ["Bus", "Outcome", "ReplyEnvelope"]
