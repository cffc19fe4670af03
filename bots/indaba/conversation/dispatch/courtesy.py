"""Words of courtesy, which ask for nothing: they are answered in kind."""

from indaba.conversation.commands.fields import folded

HELLO = "Hello. To see what I can do for you, type: {help}"
WELCOME = "You are welcome."
_GREETINGS = (
    "hello|hi|hey|hello there|hi there|good day|good morning|good afternoon|good evening|morning|"
    "hallo|goeie more|goeiemore|goeie dag|sawubona|sanibonani|molo|molweni|dumela|dumelang|avuxeni|"
    "who are you|what are you|what can you do|what do you do"
)
_THANKS = (
    "thanks|thank you|thanks a lot|many thanks|thank you very much|thank you so much|thx|ta|cheers|"
    "dankie|baie dankie|enkosi|enkosi kakhulu|siyabonga|ngiyabonga|ngiyabonga kakhulu|ke a leboga|"
    "ke a leboha|inkomu"
)
COURTESIES = {
    **dict.fromkeys(_GREETINGS.split("|"), HELLO),
    **dict.fromkeys(_THANKS.split("|"), WELCOME),
}


def courtesy(text: str) -> str | None:
    """What is said back to words that are nothing but polite; `None` for all others."""
    return COURTESIES.get(folded(text).strip(" .!?,"))
