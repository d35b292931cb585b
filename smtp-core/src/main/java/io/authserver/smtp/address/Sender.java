package io.authserver.smtp.address;

/** What a MAIL command says. */
public record Sender(ReversePath reversePath, MailParameters parameters) {}
