package io.authserver.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo must notice when a daemon does not do what it should: here nobody plays the daemons. */
@Timeout(60)
final class InspectorIT {
  private static final InstantSource CLOCK = InstantSource.system();
  private static final String TRACE = "Received: by the test\r\n";

  @TempDir Path directory;
  private final Expectations expectations = new Expectations();
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private static DemoMail mail(String title) {
    return DemoMails.all(Instant.now()).stream()
        .filter(mail -> mail.title().equals(title))
        .findFirst()
        .orElseThrow();
  }

  private List<String> failuresOf(DemoMail mail, UnaryOperator<String> forwarder) throws Exception {
    try (Sink internet = Sink.inMemory("internet.test", CLOCK);
        PostOffice postOffice = new PostOffice(CLOCK, internet.address());
        Verifiers verifiers = Verifiers.start(directory, Map.of())) {
      SmtpPeer.Answers answers =
          SmtpPeer.send(
              postOffice.address(),
              "test",
              PostOffice.command(mail.reversePath(), mail.mailParameters()),
              List.of("<" + mail.recipient() + ">"),
              forwarder.apply(new String(mail.content(), UTF_8)).getBytes(UTF_8));
      new Inspector(
              new PrintStream(printed, true, UTF_8), expectations, postOffice, internet, verifiers)
          .inspect(1, mail, answers);
    }
    return expectations.failures().stream().map(Expectations.Failure::what).toList();
  }

  @Test
  void nothingIsMissedWhereItIsAllRight() throws Exception {
    assertEquals(List.of(), failuresOf(mail("to a mailbox here"), content -> TRACE + content));
    assertTrue(printed.toString(UTF_8).contains("10045 -> mailbox"), printed.toString(UTF_8));
    assertTrue(expectations.checked() > 5);
  }

  @Test
  void aMissingTraceFieldIsNoticed() throws Exception {
    assertEquals(
        List.of("Received fields of mailforwarder"),
        failuresOf(mail("to a mailbox here"), content -> content));
  }

  @Test
  void aChangedByteIsNoticed() throws Exception {
    List<String> failures =
        failuresOf(mail("to a mailbox here"), content -> TRACE + content.replace("Thank", "thank"));
    assertTrue(failures.contains("bytes after mailforwarder"), failures::toString);
  }

  @Test
  void aMissingMarkAndAMissingSignatureAreNoticed() throws Exception {
    List<String> failures = failuresOf(mail("plain text"), content -> TRACE + content);
    assertEquals(List.of("origin mark", "fields added by dkimsigner", "signatures"), failures);
  }

  @Test
  void aSignatureThatNobodyCanVerifyIsNoticed() throws Exception {
    String signature =
        String.join(
            "\r\n",
            List.of(
                "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=crime.test; s=k; h=from;",
                "\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA",
                ""));
    List<Verdict> verdicts =
        new JdkimVerifier(Map.of())
            .verify((signature + "From: a@crime.test\r\n\r\n").getBytes(UTF_8));
    assertEquals(List.of(Verdict.Result.FAIL), verdicts.stream().map(Verdict::result).toList());
  }

  @Test
  void aBlockedAliasThatTakesMailIsNoticed() throws Exception {
    List<String> failures = failuresOf(mail("to a blocked alias"), content -> TRACE + content);
    assertEquals(List.of("reply to RCPT", "copies of a refused message"), failures);
  }
}
