package io.authserver.dkimsigner.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.signing.SigningDomain;
import io.authserver.db.signing.SigningPolicy;
import io.authserver.db.signing.StoredKey;
import io.authserver.dkimsigner.select.SigningDecision.NoUsableKey;
import io.authserver.dkimsigner.select.SigningDecision.PassThrough;
import io.authserver.dkimsigner.select.SigningDecision.Reject;
import io.authserver.dkimsigner.select.SigningDecision.Sign;
import io.authserver.dkimsigner.select.SigningDecision.Why;
import io.authserver.dkimsigner.select.SigningSelector.Origin;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SigningSelectorTest {
  private static final SigningPolicy PLAIN =
      new SigningPolicy(true, false, false, false, Duration.ofDays(7));
  private static final SigningPolicy OFF = new SigningPolicy(false, false, false, false, null);
  private static final SigningPolicy REQUIRED = new SigningPolicy(true, true, false, false, null);
  private static final SigningPolicy STRICT = new SigningPolicy(true, false, true, false, null);
  private static final SigningPolicy BY_ENVELOPE =
      new SigningPolicy(true, false, false, true, null);

  private final Map<String, SigningDomain> ours = new HashMap<>();

  @Test
  void signsForTheAuthorsDomain() {
    SigningDomain domain = domain("example.org", PLAIN, true);
    assertEquals(new Sign(domain), decide("example.org", "elsewhere.example", Origin.DIRECT));
    assertEquals(new Sign(domain), decide("example.org", null, Origin.DIRECT));
    assertEquals(new Sign(domain), decide("example.org", null, Origin.FORWARDED_SUBMITTED));
  }

  @Test
  void signsForTheClosestParentWithKeys() {
    domain("b.example.org", PLAIN, false);
    SigningDomain parent = domain("example.org", PLAIN, true);
    assertEquals(new Sign(parent), decide("a.b.example.org", null, Origin.DIRECT));
    assertEquals(new Sign(parent), decide("b.example.org", null, Origin.DIRECT));
    SigningDomain closer = domain("b.example.org", PLAIN, true);
    assertEquals(new Sign(closer), decide("a.b.example.org", null, Origin.DIRECT));
  }

  @Test
  void neverSignsForATopLevelDomain() {
    domain("org", PLAIN, true);
    assertEquals(new PassThrough(Why.FOREIGN_AUTHOR), decide("example.org", null, Origin.DIRECT));
  }

  @Test
  void honoursTheDomainThatWantsNoSignature() {
    domain("b.example.org", OFF, true);
    domain("example.org", PLAIN, true);
    assertEquals(new PassThrough(Why.SIGNING_OFF), decide("b.example.org", null, Origin.DIRECT));
  }

  @Test
  void doesNotSignWithoutAKeyOrRefusesWhereTheDomainRequiresIt() {
    domain("example.org", PLAIN, false);
    assertEquals(new PassThrough(Why.NO_KEY), decide("example.org", null, Origin.DIRECT));
    SigningDomain required = domain("example.org", REQUIRED, false);
    assertEquals(new NoUsableKey(required), decide("example.org", null, Origin.DIRECT));
  }

  @Test
  void leavesForeignAuthorsAlone() {
    domain("example.org", PLAIN, true);
    assertEquals(
        new PassThrough(Why.FOREIGN_AUTHOR), decide("other.example", "example.org", Origin.DIRECT));
    assertEquals(
        new PassThrough(Why.FOREIGN_AUTHOR), decide("notexample.org", null, Origin.DIRECT));
    assertEquals(new PassThrough(Why.FOREIGN_AUTHOR), decide("[192.0.2.1]", null, Origin.DIRECT));
  }

  @Test
  void signsByReversePathWhereConfigured() {
    SigningDomain srs = domain("srs.example.org", BY_ENVELOPE, true);
    assertEquals(
        new Sign(srs), decide("other.example", "srs.example.org", Origin.FORWARDED_UNTRUSTED));
    assertEquals(new Sign(srs), decide("other.example", "srs.example.org", Origin.DIRECT));
    domain("srs.example.org", BY_ENVELOPE, false);
    assertEquals(
        new PassThrough(Why.FOREIGN_AUTHOR),
        decide("other.example", "srs.example.org", Origin.DIRECT));
  }

  @Test
  void doesNotSignASpoofedAuthorInAForwardedCopy() {
    domain("example.org", REQUIRED, true);
    domain("srs.example.org", BY_ENVELOPE, true);
    assertEquals(
        new PassThrough(Why.FORWARDED),
        decide("example.org", "srs.example.org", Origin.FORWARDED_UNTRUSTED));
    assertEquals(
        new PassThrough(Why.FORWARDED),
        decide("sub.example.org", "example.org", Origin.FORWARDED_UNTRUSTED));
  }

  @Test
  void doesNotLetAChildSignForItsUnknownParent() {
    // The author's domain is not ours, but the reverse-path's domain below it is: aligned with the
    // author, hence not signed for mail that may be spoofed.
    domain("srs.example.org", BY_ENVELOPE, true);
    assertEquals(
        new PassThrough(Why.FOREIGN_AUTHOR),
        decide("example.org", "srs.example.org", Origin.FORWARDED_UNTRUSTED));
  }

  @Test
  void refusesSeveralAuthorsWhereADomainSaysSo() {
    domain("example.org", PLAIN, true);
    Authors several = new Authors.Known(List.of("example.org", "mail.strict.example"));
    assertEquals(new PassThrough(Why.SEVERAL_AUTHORS), decide(several, null, Origin.DIRECT));
    SigningDomain strict = domain("strict.example", STRICT, true);
    assertEquals(new Reject(strict, Why.SEVERAL_AUTHORS), decide(several, null, Origin.DIRECT));
    Authors fields = new Authors.Unclear(Authors.Reason.SEVERAL_FROM, List.of("strict.example"));
    assertEquals(new Reject(strict, Why.SEVERAL_AUTHORS), decide(fields, null, Origin.DIRECT));
  }

  @Test
  void looksUpTheAuthorItsParentsAndTheReversePath() {
    SigningSelector selector =
        new SigningSelector(
            new Authors.Known(List.of("a.b.example.org")),
            Optional.of("srs.example"),
            Origin.DIRECT);
    assertEquals(
        List.of("a.b.example.org", "b.example.org", "example.org", "srs.example"),
        List.copyOf(selector.domainsToLookUp()));
  }

  @Test
  void boundsTheLookUp() {
    String deep = "a.".repeat(120) + "example.org";
    SigningSelector selector =
        new SigningSelector(new Authors.Known(List.of(deep)), Optional.empty(), Origin.DIRECT);
    assertEquals(41, selector.domainsToLookUp().size());
    assertTrue(selector.domainsToLookUp().contains("example.org"));
  }

  private SigningDomain domain(String name, SigningPolicy policy, boolean withKey) {
    SigningDomain domain =
        new SigningDomain(
            ours.size() + 1,
            name,
            policy,
            withKey ? List.of(new StoredKey(7, "sel", "rsa", new byte[] {1})) : List.of());
    ours.put(name, domain);
    return domain;
  }

  private SigningDecision decide(String author, String reversePathDomain, Origin origin) {
    return decide(new Authors.Known(List.of(author)), reversePathDomain, origin);
  }

  private SigningDecision decide(Authors authors, String reversePathDomain, Origin origin) {
    return new SigningSelector(authors, Optional.ofNullable(reversePathDomain), origin)
        .decide(ours);
  }
}
