"""The metrics Prometheus reads at /metrics: what keeps up, and what does not.

`deploy/monitoring` has the dashboard and the alerts made of these, `docs/runbook.md` what to do.
"""

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
EVENTS_WAITING = Gauge("indaba_events_waiting", "Events that are not on the bus yet", ["process"])
EVENTS_BEHIND = Gauge(
    "indaba_events_behind", "Events of a context that a reader has yet to handle", ["process", "of"]
)
OLDEST_REQUEST = Gauge(
    "indaba_oldest_request_seconds", "Age of the oldest unanswered request to us", ["process"]
)
DEAD_LETTERS = Counter("indaba_dead_letters_total", "Messages given up", ["process"])
DEAD_LETTERS_KEPT = Gauge("indaba_dead_letters_kept", "Dead letters in the database", ["process"])
TIMERS_FIRED = Counter("indaba_timers_fired_total", "Timers that came due", ["process", "kind"])
TIMERS_LATE = Gauge(
    "indaba_timers_late_seconds", "How long ago the oldest timer came due", ["process"]
)
POSTS = Counter(
    "indaba_posts_total",
    "Posts to chat: posted, waited, too-late, refused, failed",
    ["process", "outcome"],
)
POSTS_WAITING = Gauge("indaba_posts_waiting", "Posts that are not up yet", ["process"])
RATE_LIMITED_SECONDS = Counter(
    "indaba_rate_limited_seconds_total", "Time a chat platform asked us to wait", ["process"]
)
UNREADABLE = Counter(
    "indaba_unreadable_messages_total", "Encrypted messages whose key was not there", ["process"]
)
LIMIT_SHARE = Gauge(
    "indaba_limit_share",
    "How full a limit is for whoever has most of it: 1 is full",
    ["process", "limit"],
)
LIMITS_REACHED = Counter(
    "indaba_limits_reached_total", "Requests refused because of a limit", ["process", "limit"]
)
INVITATIONS = Counter(
    "indaba_invitations_total", "Invitations: followed, declined, failed", ["process", "outcome"]
)
