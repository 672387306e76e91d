"""Every rule, in the order that equally sure causes are told."""

from handlers.diagnosis.rule import Rule
from handlers.diagnosis.rules.database import DATABASE_RULES
from handlers.diagnosis.rules.front import FRONT_RULES
from handlers.diagnosis.rules.sign_in import SIGN_IN_RULES
from handlers.diagnosis.rules.speed import SPEED_RULES
from handlers.diagnosis.rules.uploads import UPLOAD_RULES

RULES: tuple[Rule, ...] = (
    *FRONT_RULES, *DATABASE_RULES, *SIGN_IN_RULES, *UPLOAD_RULES, *SPEED_RULES,
)  # fmt: skip
