"""Step: send an e-mail. Only its settings are here: the loop of the channel `email` renders and delivers it."""

from pydantic import EmailStr, Field

from domain.sending import Limit, Topic
from domain.steps import Params, step

ONE_LINE = r"^[^\r\n]*$"  # a line break in a header would start another header

_BODY = """<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>Good to have you with us.</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""


@step(
    "send_email",
    title="Send e-mail",
    help="Write a message to the person",
    group="Messages",
    icon="mail",
    summary="{subject}",
    sample={
        "subject": "Welcome {{ contact.first_name }}",
        "body": _BODY,
    },
    channel="email",
)
class SendEmail(Params):
    subject: str = Field(
        title="Subject",
        description="What people read first. Use {{ contact.first_name }} and the like to make it personal.",
        examples=["Welcome {{ contact.first_name }}"],
        min_length=1,
        max_length=500,
        pattern=ONE_LINE,
        json_schema_extra={"x-widget": "template"},
    )
    preheader: str = Field(
        default="",
        title="Preview text",
        description="The line that mail programs show beside the subject.",
        max_length=500,
        pattern=ONE_LINE,
        json_schema_extra={"x-widget": "template"},
    )
    body: str = Field(
        title="Message",
        description="The e-mail itself, in MJML or HTML.",
        min_length=1,
        max_length=300_000,
        json_schema_extra={"x-widget": "email_body"},
    )
    topic: Topic = Field(
        default="marketing",
        title="Kind of message",
        description="Marketing goes only to those who agreed to it. Transactional is what people need to get, "
        "such as a receipt.",
        json_schema_extra={"x-labels": {"marketing": "Marketing", "transactional": "Transactional"}},
    )
    from_name: str | None = Field(
        default=None,
        title="Sender's name",
        description="Empty: the name from the settings of the workspace.",
        max_length=200,
        pattern=ONE_LINE,
        json_schema_extra={"x-widget": "line", "x-advanced": True},
    )
    reply_to: EmailStr | None = Field(
        default=None,
        title="Answers go to",
        description="Empty: to the sender.",
        json_schema_extra={"x-widget": "line", "x-advanced": True},
    )
    not_after: Limit | None = Field(
        default=None,
        title="Do not send when later than",
        description="If a hold or quiet hours delay it for longer than this, it is left out. "
        "A date such as 2026-12-24 is possible too.",
        json_schema_extra={"x-widget": "duration", "x-advanced": True},
    )
