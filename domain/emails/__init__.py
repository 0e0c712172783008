"""E-mails: from what an author wrote to what is filled in for each contact, and what is wrong with it."""

from domain.emails.compiling import (
    ROOTS,
    SURE,
    Compilation,
    CompiledEmail,
    Draft,
    Topic,
    TrackedLink,
    compile_email,
)

__all__ = ["ROOTS", "SURE", "Compilation", "CompiledEmail", "Draft", "Topic", "TrackedLink", "compile_email"]
