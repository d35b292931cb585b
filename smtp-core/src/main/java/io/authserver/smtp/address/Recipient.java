package io.authserver.smtp.address;

/** What a RCPT command says. */
public record Recipient(ForwardPath forwardPath, RecipientParameters parameters) {}
