"""Every intent there is, by hand: what is not in this list cannot be asked for."""

from indaba.conversation.intent import Intent
from indaba.conversation.topics import changing, cop, membership, scheduling

INTENTS: tuple[type[Intent], ...] = (
    scheduling.NewMeeting,
    scheduling.NextMeeting,
    scheduling.ListOfMeetings,
    scheduling.MeetingDetails,
    scheduling.MeetingWhen,
    scheduling.SayYes,
    scheduling.SayMaybe,
    scheduling.SayNo,
    scheduling.WithdrawAnswer,
    scheduling.Here,
    changing.Move,
    changing.Cancel,
    changing.Close,
    scheduling.Calendar,
    scheduling.Preview,
    scheduling.CallMeeting,
    changing.PreviewMove,
    changing.MoveNow,
    changing.CallOff,
    membership.MyProfilePage,
    membership.MyTimeZone,
    membership.MyReminders,
    membership.MyData,
    membership.EraseMyData,
    membership.SignIn,
    membership.GiveRole,
    cop.SetUp,
    cop.Found,
    cop.Join,
    cop.AgreeAndJoin,
    cop.Leave,
    cop.LeaveNow,
    cop.Help,
    cop.PortalLink,
    cop.NeverMind,
)
"""In the order help shows them; the hidden ones are carried by choices only."""
