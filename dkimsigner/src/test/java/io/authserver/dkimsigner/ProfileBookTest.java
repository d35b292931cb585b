package io.authserver.dkimsigner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.authserver.db.signing.SignatureForm;
import io.authserver.db.signing.SigningDomain;
import io.authserver.db.signing.SigningPolicy;
import io.authserver.dkim.sign.SigningProfile;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Profiles are made once a form, and a senseless one is warned of now and then. */
class ProfileBookTest {
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(ProfileBook.class);
  private Instant now = Instant.parse("2026-11-21T12:00:00Z");
  private final ProfileBook book = new ProfileBook(() -> now);

  @BeforeEach
  void attach() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void detach() {
    logger.detachAppender(log);
  }

  @Test
  void aProfileIsMadeOnceUntilTheFormChanges() {
    SigningDomain domain = domain("sender", null, Duration.ofDays(1));
    ProfileBook.DomainProfile made = book.of(domain);
    assertSame(made, book.of(domain("sender", null, Duration.ofDays(1))));
    assertNotSame(made, book.of(domain("sender", null, Duration.ofDays(2))));
    assertNotSame(made, book.of(domain("x-other", null, Duration.ofDays(1))));
    assertEquals(List.of(), log.list);
  }

  @Test
  void theDefaultFormIsTheStandardProfile() {
    SigningPolicy policy = new SigningPolicy(true, false, false, false, null);
    ProfileBook.DomainProfile made = book.of(new SigningDomain(1, "a.example", policy, List.of()));
    assertEquals(SigningProfile.standard(), made.profile());
    assertEquals(null, made.expiry());
    assertEquals(false, made.authorAsAuid());
  }

  @Test
  void aSenselessFormIsWarnedOfNowAndThenAndWorksAllTheSame() {
    SigningDomain domain = domain("a b", "root@elsewhere.example", Duration.ZERO);
    assertEquals(
        new ProfileBook.DomainProfile(SigningProfile.standard(), false, Duration.ofDays(7)),
        book.of(domain));
    book.of(domain);
    assertEquals(1, log.list.size());
    String line = log.list.getFirst().getFormattedMessage();
    assertEquals(true, line.startsWith("event=policy_unusable domain=a.example "), line);
    now = now.plus(Duration.ofMinutes(11));
    book.of(domain);
    assertEquals(2, log.list.size());
    book.of(domain("sender", null, null));
    assertEquals(2, log.list.size());
  }

  private static SigningDomain domain(String signedField, String auid, Duration expiry) {
    SignatureForm form =
        new SignatureForm("relaxed", "relaxed", List.of(signedField), List.of(), auid);
    SigningPolicy policy = new SigningPolicy(true, false, false, false, expiry, form, false);
    return new SigningDomain(1, "a.example", policy, List.of());
  }
}
