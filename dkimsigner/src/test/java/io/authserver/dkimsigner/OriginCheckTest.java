package io.authserver.dkimsigner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.signing.SigningDomain;
import io.authserver.db.signing.SigningPolicy;
import io.authserver.db.signing.StoredKey;
import io.authserver.dkimsigner.OriginCheck.Enforcement;
import io.authserver.smtp.author.Authors;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MarkKey;
import io.authserver.smtp.message.OriginMark;
import io.authserver.smtp.message.OriginMark.Author;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginCheckTest {
  private static final MarkKey KEY = MarkKey.of(new byte[MarkKey.BYTES]);
  private static final String MESSAGE = "From: alice@ours.example\r\nMessage-ID: <1@x>\r\n";
  private static final String TRACE = "Received: from c by us with ESMTP id m1; now\r\n";
  private static final Map<String, SigningDomain> OURS =
      Map.of(
          "ours.example",
          new SigningDomain(
              1,
              "ours.example",
              new SigningPolicy(true, true, false, true, null),
              List.of(new StoredKey(7, "sel", "rsa", new byte[] {1}))));

  private static String header(String marks) {
    return switch (marks) {
      case "none" -> MESSAGE;
      case "former_yes" -> "Authserver-Forwarded: v=1; submitted=yes\r\n" + MESSAGE;
      case "former_no" -> "Authserver-Forwarded: v=1; submitted=no\r\n" + MESSAGE;
      case "yes" -> proved(true, Author.UNJUDGED);
      case "yes_match" -> proved(true, Author.MATCH);
      case "yes_mismatch" -> proved(true, Author.MISMATCH);
      case "no" -> proved(false, Author.UNJUDGED);
      case "forwarded_no" -> "Delivered-To: a@b.example\r\n" + proved(false, Author.UNJUDGED);
      case "edited" -> proved(true, Author.UNJUDGED).replace("alice", "carol");
      case "two" -> "Authserver-Forwarded: v=1; submitted=yes\r\n" + proved(true, Author.UNJUDGED);
      case "moved" -> "Subject: x\r\n" + proved(true, Author.UNJUDGED);
      default -> throw new IllegalArgumentException(marks);
    };
  }

  private static String proved(boolean submitted, Author author) {
    OriginMark mark = new OriginMark(submitted, author);
    HeaderSection message = HeaderSection.of(MESSAGE.getBytes(StandardCharsets.US_ASCII));
    return new String(mark.toField("m1", KEY, message), StandardCharsets.US_ASCII)
        + TRACE
        + MESSAGE;
  }

  private static OriginCheck.Result decide(OriginCheck check, String header, String author)
      throws AuthDatabaseException {
    return check.decide(
        HeaderSection.of(header.getBytes(StandardCharsets.US_ASCII)),
        new Authors.Known(List.of(author)),
        Optional.of("srs.example"),
        OURS);
  }

  @ParameterizedTest
  @CsvSource({
    "none,         unmarked,            sign,            mark_missing,        not_submitted",
    "former_yes,   former_mark,         sign,            former_mark_refused, not_submitted",
    "former_no,    former_mark_refused, not_submitted,   former_mark_refused, not_submitted",
    "yes,          submitted,           sign,            submitted,           sign",
    "yes_match,    submitted,           sign,            submitted,           sign",
    "yes_mismatch, author_mismatch,     author_mismatch, author_mismatch,     author_mismatch",
    "no,           not_submitted,       not_submitted,   not_submitted,       not_submitted",
    "forwarded_no, not_submitted,       not_submitted,   not_submitted,       not_submitted",
    "edited,       wrong_mac,           not_submitted,   wrong_mac,           not_submitted",
    "two,          several_marks,       not_submitted,   several_marks,       not_submitted",
    "moved,        misplaced_mark,      not_submitted,   misplaced_mark,      not_submitted"
  })
  void whatIsProvedDecides(
      String marks, String signing, String decision, String withholding, String withheld)
      throws Exception {
    for (boolean signsUnmarked : new boolean[] {true, false}) {
      OriginCheck check = new OriginCheck(() -> List.of(KEY), signsUnmarked, Enforcement.ENFORCE);
      OriginCheck.Result result = decide(check, header(marks), "ours.example");
      assertEquals(signsUnmarked ? signing : withholding, result.origin().word());
      assertEquals(signsUnmarked ? decision : withheld, result.decision().name());
      assertEquals(false, result.differs());
    }
  }

  /** Before, only forwarded copies had a mark, and what it said was believed. */
  @ParameterizedTest
  @CsvSource({
    "none,         sign,          true",
    "former_yes,   sign,          true",
    "former_no,    not_submitted, false",
    "yes,          sign,          false",
    "yes_mismatch, sign,          true",
    "no,           sign,          true",
    "forwarded_no, not_submitted, false",
    "edited,       sign,          true",
    "two,          sign,          true",
    "moved,        sign,          true"
  })
  void whereItIsOnlyReportedTheDecisionIsThatOfBefore(
      String marks, String decision, boolean differs) throws Exception {
    OriginCheck check = new OriginCheck(() -> List.of(KEY), false, Enforcement.REPORT);
    OriginCheck.Result result = decide(check, header(marks), "ours.example");
    assertEquals(decision, result.decision().name());
    assertEquals(differs, result.differs());
  }

  @Test
  void withoutKeysOnlyWhatDependsOnThemWaits() throws Exception {
    OriginCheck check =
        new OriginCheck(
            () -> {
              throw AuthDatabaseException.unreachable("away", null);
            },
            true,
            Enforcement.ENFORCE);
    assertThrows(AuthDatabaseException.class, () -> decide(check, header("yes"), "ours.example"));
    assertEquals("foreign_author", decide(check, header("yes"), "far.example").decision().name());
    assertEquals("not_submitted", decide(check, header("no"), "ours.example").decision().name());
    assertEquals("sign", decide(check, header("none"), "ours.example").decision().name());
    OriginCheck reporting = new OriginCheck(check.keys(), true, Enforcement.REPORT);
    OriginCheck.Result reported = decide(reporting, header("yes"), "ours.example");
    assertEquals("sign", reported.decision().name());
    assertEquals(false, reported.differs(), "what nobody knows is not reported");
  }
}
