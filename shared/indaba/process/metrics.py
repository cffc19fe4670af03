"""The counters that Prometheus reads at /metrics."""

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("indaba_messages_total", "Messages handled", ["process", "wire", "outcome"])
MESSAGE_SECONDS = Histogram(
    "indaba_message_seconds",
    "Time to handle one message",
    ["process"],
    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2, 10),
)
EVENTS_PUBLISHED = Counter("indaba_events_published_total", "Events put on the bus", ["process"])
EVENTS_HELD_BACK = Gauge(
    "indaba_events_held_back", "Whether a slow reader holds our events back (1) or not", ["process"]
)
DEAD_LETTERS = Counter("indaba_dead_letters_total", "Messages given up", ["process"])
TIMERS_FIRED = Counter("indaba_timers_fired_total", "Timers that came due", ["process", "kind"])
POSTS = Counter("indaba_posts_total", "Posts to chat", ["process", "outcome"])
