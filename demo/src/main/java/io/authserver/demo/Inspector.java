package io.authserver.demo;

import io.authserver.smtp.address.AsciiCase;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Follows a message hop by hop, tells a person what it sees, and checks what was expected. */
final class Inspector {
  private static final String MARK = "Authserver-Forwarded";
  private static final String SIGNATURE = "DKIM-Signature";

  private final PrintStream out;
  private final Expectations expectations;
  private final PostOffice postOffice;
  private final Sink internet;
  private final Verifiers verifiers;

  Inspector(
      PrintStream out,
      Expectations expectations,
      PostOffice postOffice,
      Sink internet,
      Verifiers verifiers) {
    this.out = out;
    this.expectations = expectations;
    this.postOffice = postOffice;
    this.internet = internet;
    this.verifiers = verifiers;
  }

  /** Tells and checks what became of a message. */
  void inspect(int number, DemoMail mail, SmtpPeer.Answers answers) throws IOException {
    int failedBefore = expectations.failures().size();
    int checkedBefore = expectations.checked();
    out.println();
    out.println(number + ". " + mail.title());
    out.println("   " + mail.story());
    String reply = answers.data() == null ? lastReply(answers) : answers.data();
    hop("client -> mailforwarder", mail.reversePath(), mail.mailParameters(), mail.recipient());
    line("reply", reply);
    List<SinkMessage> handedOver = withId(postOffice.received(), mail);
    for (SinkMessage message : handedOver) {
      afterForwarder(mail, message);
    }
    expect(mail, answers, handedOver);
    int failed = expectations.failures().size() - failedBefore;
    int checked = expectations.checked() - checkedBefore;
    line(failed == 0 ? "ok" : "NOT OK", checked - failed + " of " + checked + " expectations held");
  }

  private static String lastReply(SmtpPeer.Answers answers) {
    return answers.recipients().isEmpty() ? answers.mail() : answers.recipients().getLast();
  }

  private static List<SinkMessage> withId(List<SinkMessage> messages, DemoMail mail) {
    String field = "\r\nMessage-ID: " + mail.messageId() + "\r\n";
    return messages.stream().filter(message -> message.text().contains(field)).toList();
  }

  private void hop(String between, String reversePath, List<String> parameters, String recipients) {
    String sender = PostOffice.command(reversePath, parameters);
    out.printf("     %-26s MAIL FROM:%s  RCPT TO:%s%n", between, sender, bracketed(recipients));
  }

  private static String bracketed(String recipients) {
    return Arrays.stream(recipients.split(",", -1))
        .map(recipient -> "<" + recipient + ">")
        .collect(Collectors.joining(", "));
  }

  private void line(String label, String text) {
    out.printf("       %-24s %s%n", label, text);
  }

  private void hop(String between, SinkMessage message) {
    hop(
        between,
        message.reversePath(),
        message.mailParameters(),
        String.join(",", message.forwardPaths()));
  }

  private void afterForwarder(DemoMail mail, SinkMessage message) throws IOException {
    hop("mailforwarder -> 10045", message);
    line("added", describe(added(message.content(), mail.content())));
    for (PostOffice.Delivery delivery : postOffice.mailboxes()) {
      if (delivery.message().number() == message.number()) {
        out.printf("     %-26s %s%n", "10045 -> mailbox", delivery.mailbox());
      }
    }
    String outside =
        message.forwardPaths().stream()
            .filter(address -> !PostOffice.isLocal(address))
            .collect(Collectors.joining(","));
    if (!outside.isEmpty()) {
      hop("10045 -> dkimsigner", message.reversePath(), message.mailParameters(), outside);
    }
    byte[] unmarked = withoutMark(message.content());
    for (SinkMessage sent : withId(internet.messages(), mail)) {
      if (sent.forwardPaths().stream().anyMatch(message.forwardPaths()::contains)) {
        hop("dkimsigner -> internet", sent);
        line("added", describe(added(sent.content(), unmarked)));
        if (unmarked.length < message.content().length) {
          line("removed", MARK);
        }
        List<Verdict> verdicts = verifiers.verify(sent.content());
        verdicts.forEach(verdict -> line(verdict.verifier(), verdict.toString()));
        if (verdicts.isEmpty()) {
          line("verifiers", "no signature");
        }
      }
    }
  }

  /** Returns the bytes before the tail, or all where the tail is not one. */
  private static byte[] added(byte[] content, byte[] tail) {
    return endsWith(content, tail) ? Arrays.copyOf(content, content.length - tail.length) : content;
  }

  private static boolean endsWith(byte[] content, byte[] tail) {
    int from = content.length - tail.length;
    return from >= 0 && Arrays.equals(content, from, content.length, tail, 0, tail.length);
  }

  private static String describe(byte[] header) {
    String fields =
        Fields.of(header).list().stream()
            .map(field -> field.isNamed(MARK) ? MARK + ": " + said(field) : field.name())
            .collect(Collectors.joining(", "));
    return fields.isEmpty() ? "nothing" : fields;
  }

  /** Returns what a mark says; its id and its proof are different each time. */
  private static String said(Fields.Field mark) {
    return mark.value().split(";\\s*id=", 2)[0].strip();
  }

  private static byte[] withoutMark(byte[] content) {
    List<Fields.Field> marks = Fields.of(content).named(MARK);
    if (marks.isEmpty()) {
      return content;
    }
    String text = new String(content, java.nio.charset.StandardCharsets.ISO_8859_1);
    String mark = marks.getFirst().raw();
    int at = text.startsWith(mark) ? 0 : text.indexOf("\r\n" + mark) + 2;
    return (text.substring(0, at) + text.substring(at + mark.length()))
        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  private void expect(DemoMail mail, SmtpPeer.Answers answers, List<SinkMessage> handedOver)
      throws IOException {
    String where = mail.title();
    if (mail.refusal() != null) {
      String reply = lastReply(answers);
      expectations.check(
          reply.startsWith(mail.refusal()), where, "reply to RCPT", mail.refusal() + "…", reply);
      expectations.equal(where, "copies of a refused message", 0, handedOver.size());
      return;
    }
    expectations.check(answers.allTaken(), where, "replies", "250 to all", answers);
    List<String> wanted = mail.copies().stream().map(DemoMail.Copy::recipient).sorted().toList();
    List<String> got =
        handedOver.stream().flatMap(message -> message.forwardPaths().stream()).sorted().toList();
    expectations.equal(where, "recipients after mailforwarder", wanted, got);
    for (DemoMail.Copy copy : mail.copies()) {
      for (SinkMessage message : handedOver) {
        if (message.forwardPaths().contains(copy.recipient())) {
          expectCopy(mail, copy, message);
        }
      }
    }
  }

  private void expectCopy(DemoMail mail, DemoMail.Copy copy, SinkMessage message)
      throws IOException {
    String where = mail.title() + ", the copy for " + copy.recipient();
    expectations.check(
        message.reversePath().matches(copy.reversePath()),
        where,
        "reverse-path after mailforwarder",
        copy.reversePath(),
        message.reversePath());
    expectations.check(
        message.mailParameters().containsAll(mail.mailParameters()),
        where,
        "MAIL parameters after mailforwarder",
        mail.mailParameters(),
        message.mailParameters());
    expectations.check(
        endsWith(message.content(), mail.content()),
        where,
        "bytes after mailforwarder",
        "what was sent, with fields on top only",
        message.content().length + " bytes that do not end with it");
    Fields added = Fields.of(added(message.content(), mail.content()));
    expectations.equal(
        where, "Received fields of mailforwarder", 1, added.named("Received").size());
    expectations.equal(
        where,
        "origin mark",
        copy.mark() == null ? List.of() : List.of(copy.mark()),
        added.named(MARK).stream().map(Inspector::said).toList());
    expectArrival(mail, copy, message, where);
  }

  private void expectArrival(DemoMail mail, DemoMail.Copy copy, SinkMessage message, String where)
      throws IOException {
    List<SinkMessage> sent =
        withId(internet.messages(), mail).stream()
            .filter(one -> one.forwardPaths().contains(copy.recipient()))
            .toList();
    long delivered =
        postOffice.mailboxes().stream()
            .filter(one -> one.mailbox().equals(copy.recipient()))
            .filter(one -> one.message().text().contains(mail.messageId()))
            .count();
    boolean here = PostOffice.isLocal(copy.recipient());
    expectations.equal(where, "times delivered to a mailbox here", here ? 1L : 0L, delivered);
    expectations.equal(where, "times relayed by dkimsigner", here ? 0 : 1, sent.size());
    if (!here && sent.size() == 1) {
      expectRelayed(mail, copy, message, sent.getFirst(), where);
    }
  }

  private void expectRelayed(
      DemoMail mail, DemoMail.Copy copy, SinkMessage before, SinkMessage after, String where)
      throws IOException {
    expectations.equal(
        where, "reverse-path after dkimsigner", before.reversePath(), after.reversePath());
    expectations.check(
        after.mailParameters().containsAll(mail.mailParameters()),
        where,
        "MAIL parameters after dkimsigner",
        mail.mailParameters(),
        after.mailParameters());
    byte[] unmarked = withoutMark(before.content());
    expectations.check(
        endsWith(after.content(), unmarked),
        where,
        "bytes after dkimsigner",
        "what it was given without the mark, with fields on top only",
        after.content().length + " bytes that do not end with it");
    Map<String, Integer> fields = new TreeMap<>(Map.of("received", 1));
    if (copy.signingDomain() != null) {
      fields.put(AsciiCase.lower(SIGNATURE), 2);
    }
    expectations.equal(
        where,
        "fields added by dkimsigner",
        fields,
        new TreeMap<>(Fields.of(added(after.content(), unmarked)).counts()));
    expectSignatures(copy, after, where);
  }

  private void expectSignatures(DemoMail.Copy copy, SinkMessage after, String where)
      throws IOException {
    List<String> wanted =
        copy.signingDomain() == null
            ? List.of()
            : List.of(
                "ed25519-sha256 for " + copy.signingDomain(),
                "rsa-sha256 for " + copy.signingDomain());
    List<String> signed =
        Fields.of(after.content()).named(SIGNATURE).stream()
            .map(Fields.Field::tags)
            .map(tags -> tags.get("a") + " for " + tags.get("d"))
            .sorted()
            .toList();
    expectations.equal(where, "signatures", wanted, signed);
    for (Verdict verdict : verifiers.verify(after.content())) {
      if (verdict.result() != Verdict.Result.NOT_CHECKED) {
        expectations.check(
            verdict.result() == Verdict.Result.PASS,
            where,
            verdict.verifier() + "'s verdict",
            "dkim=pass",
            verdict);
      }
    }
  }
}
