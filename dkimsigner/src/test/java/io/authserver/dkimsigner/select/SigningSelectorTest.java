package io.authserver.dkimsigner.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.signing.SignatureForm;
import io.authserver.db.signing.SigningDomain;
import io.authserver.db.signing.SigningPolicy;
import io.authserver.db.signing.StoredKey;
import io.authserver.dkimsigner.select.SigningDecision.NoUsableKey;
import io.authserver.dkimsigner.select.SigningDecision.PassThrough;
import io.authserver.dkimsigner.select.SigningDecision.Reject;
import io.authserver.dkimsigner.select.SigningDecision.Sign;
import io.authserver.dkimsigner.select.SigningDecision.Why;
import io.authserver.dkimsigner.select.SigningSelector.Origin;
import io.authserver.smtp.author.Authors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertEquals(
        new Sign(domain, false), decide("example.org", "elsewhere.example", Origin.UNMARKED));
    assertEquals(new Sign(domain, false), decide("example.org", null, Origin.UNMARKED));
    assertEquals(new Sign(domain, false), decide("example.org", null, Origin.SUBMITTED));
  }

  @Test
  void signsForTheClosestParentWithKeys() {
    domain("b.example.org", PLAIN, false);
    SigningDomain parent = domain("example.org", PLAIN, true);
    assertEquals(new Sign(parent, false), decide("a.b.example.org", null, Origin.UNMARKED));
    assertEquals(new Sign(parent, false), decide("b.example.org", null, Origin.UNMARKED));
    SigningDomain closer = domain("b.example.org", PLAIN, true);
    assertEquals(new Sign(closer, false), decide("a.b.example.org", null, Origin.UNMARKED));
  }

  @Test
  void neverSignsForATopLevelDomain() {
    domain("org", PLAIN, true);
    assertEquals(new PassThrough(Why.FOREIGN_AUTHOR), decide("example.org", null, Origin.UNMARKED));
  }

  @Test
  void honoursTheDomainThatWantsNoSignature() {
    domain("b.example.org", OFF, true);
    domain("example.org", PLAIN, true);
    assertEquals(new PassThrough(Why.SIGNING_OFF), decide("b.example.org", null, Origin.UNMARKED));
  }

  @Test
  void doesNotSignWithoutAKeyOrRefusesWhereTheDomainRequiresIt() {
    domain("example.org", PLAIN, false);
    assertEquals(new PassThrough(Why.NO_KEY), decide("example.org", null, Origin.UNMARKED));
    SigningDomain required = domain("example.org", REQUIRED, false);
    assertEquals(new NoUsableKey(required), decide("example.org", null, Origin.UNMARKED));
  }

  @Test
  void leavesForeignAuthorsAlone() {
    domain("example.org", PLAIN, true);
    assertEquals(
        new PassThrough(Why.FOREIGN_AUTHOR),
        decide("other.example", "example.org", Origin.UNMARKED));
    assertEquals(
        new PassThrough(Why.FOREIGN_AUTHOR), decide("notexample.org", null, Origin.UNMARKED));
    assertEquals(new PassThrough(Why.FOREIGN_AUTHOR), decide("[192.0.2.1]", null, Origin.UNMARKED));
  }

  @Test
  void signsByReversePathWhereConfigured() {
    SigningDomain srs = domain("srs.example.org", BY_ENVELOPE, true);
    assertEquals(
        new Sign(srs, false), decide("other.example", "srs.example.org", Origin.NOT_SUBMITTED));
    assertEquals(new Sign(srs, false), decide("other.example", "srs.example.org", Origin.UNMARKED));
    domain("srs.example.org", BY_ENVELOPE, false);
    assertEquals(
        new PassThrough(Why.FOREIGN_AUTHOR),
        decide("other.example", "srs.example.org", Origin.UNMARKED));
  }

  @Test
  void doesNotSignASpoofedAuthorInAForwardedCopy() {
    domain("example.org", REQUIRED, true);
    domain("srs.example.org", BY_ENVELOPE, true);
    assertEquals(
        new PassThrough(Why.NOT_SUBMITTED),
        decide("example.org", "srs.example.org", Origin.NOT_SUBMITTED));
    assertEquals(
        new PassThrough(Why.NOT_SUBMITTED),
        decide("sub.example.org", "example.org", Origin.NOT_SUBMITTED));
  }

  @Test
  void doesNotLetAChildSignForItsUnknownParent() {
    // The author's domain is not ours, but the reverse-path's domain below it is: aligned with the
    // author, hence not signed for mail that may be spoofed.
    domain("srs.example.org", BY_ENVELOPE, true);
    assertEquals(
        new PassThrough(Why.FOREIGN_AUTHOR),
        decide("example.org", "srs.example.org", Origin.NOT_SUBMITTED));
  }

  /**
   * Symptom: a forwarded copy with a spoofed author at mail.example.org was signed for
   * srs.example.org, which DMARC's relaxed alignment accepts. Cause: only parents and children
   * counted as aligned.
   */
  @Test
  void doesNotLetASiblingSignForASpoofedAuthor() {
    SigningDomain srs = domain("srs.example.org", BY_ENVELOPE, true);
    assertEquals(
        new PassThrough(Why.FOREIGN_AUTHOR),
        decide("mail.example.org", "srs.example.org", Origin.NOT_SUBMITTED));
    assertEquals(
        new Sign(srs, false), decide("mail.example.org", "srs.example.org", Origin.UNMARKED));
    assertEquals(new Sign(srs, false), decide("example.org", "srs.example.org", Origin.SUBMITTED));
  }

  /**
   * Symptom: mail of a domain that requires signatures left unsigned when its parent's key was
   * broken. Cause: the parent's policy was asked, not the author's.
   */
  @Test
  void theAuthorsDomainRequiresASignatureOfItsParentToo() {
    domain("b.example.org", REQUIRED, false);
    SigningDomain parent = domain("example.org", PLAIN, true);
    assertEquals(new Sign(parent, true), decide("b.example.org", null, Origin.UNMARKED));
    assertEquals(new Sign(parent, false), decide("c.example.org", null, Origin.UNMARKED));
  }

  @ParameterizedTest
  @EnumSource
  void whatIsUnclearIsADecisionWithAName(Authors.Reason reason) {
    domain("example.org", PLAIN, true);
    String expected =
        switch (reason) {
          case NO_FROM -> "no_from";
          case SEVERAL_FROM -> "several_authors";
          case LONG_FROM -> "refused_long_from";
          case NO_MAILBOX, UNPARSABLE_FROM -> "unreadable_author";
        };
    Authors authors = new Authors.Unclear(reason, List.of("example.org"));
    assertEquals(expected, decide(authors, "example.org", Origin.UNMARKED).name());
  }

  /**
   * Every combination of who is ours with which policy and keys, which reverse-path, and where the
   * mail comes from, against the rules of docs/architecture.md written down the long way.
   */
  @Test
  void everyCombinationFollowsTheRules() {
    List<SigningPolicy> policies = List.of(PLAIN, OFF, REQUIRED, BY_ENVELOPE);
    int decisions = 0;
    for (String author :
        List.of("a.b.example.org", "b.example.org", "example.org", "far.example")) {
      for (int child = 0; child <= 2 * policies.size(); child++) {
        for (int parent = 0; parent <= 2 * policies.size(); parent++) {
          for (int srs = 0; srs <= 2 * policies.size(); srs++) {
            ours.clear();
            put("b.example.org", child, policies);
            put("example.org", parent, policies);
            put("srs.example", srs, policies);
            for (Origin origin : Origin.values()) {
              for (String reversePath : Arrays.asList(null, "srs.example", "other.example")) {
                SigningDecision decision = decide(author, reversePath, origin);
                assertEquals(
                    expected(author, reversePath, origin),
                    describe(decision),
                    () -> author + " " + reversePath + " " + origin + " " + ours);
                decisions++;
              }
            }
          }
        }
      }
    }
    assertEquals(4 * 9 * 9 * 9 * 3 * Origin.values().length, decisions);
  }

  /** Choice 0 is a domain that is not ours; then each policy without a key, and with one. */
  private void put(String name, int choice, List<SigningPolicy> policies) {
    if (choice > 0) {
      domain(name, policies.get((choice - 1) / 2), choice % 2 == 0);
    }
  }

  private static String describe(SigningDecision decision) {
    return decision instanceof Sign sign
        ? "sign " + sign.domain().name() + (sign.required() ? " required" : "")
        : decision.name();
  }

  private String expected(String author, String reversePath, Origin origin) {
    List<String> line =
        List.of("a.b.example.org", "b.example.org", "example.org").stream()
            .filter(name -> author.equals(name) || author.endsWith("." + name))
            .filter(ours::containsKey)
            .toList();
    if (line.isEmpty()) {
      SigningDomain srs = reversePath == null ? null : ours.get(reversePath);
      boolean signs =
          srs != null && srs.policy().equals(BY_ENVELOPE) && !srs.activeKeys().isEmpty();
      return signs ? "sign srs.example" : "foreign_author";
    }
    SigningDomain own = ours.get(line.getFirst());
    if (own.policy().equals(OFF)) {
      return "signing_off";
    }
    if (!List.of(Origin.SUBMITTED, Origin.UNMARKED, Origin.FORMER_MARK).contains(origin)) {
      return origin == Origin.AUTHOR_MISMATCH ? "author_mismatch" : "not_submitted";
    }
    for (String name : line) {
      SigningDomain candidate = ours.get(name);
      if (candidate.policy().sign() && !candidate.activeKeys().isEmpty()) {
        boolean required = own.policy().equals(REQUIRED) || candidate.policy().equals(REQUIRED);
        return "sign " + name + (required ? " required" : "");
      }
    }
    return own.policy().equals(REQUIRED) ? "no_usable_key" : "no_key";
  }

  @Test
  void refusesSeveralAuthorsWhereADomainSaysSo() {
    domain("example.org", PLAIN, true);
    Authors several = new Authors.Known(List.of("example.org", "mail.strict.example"));
    assertEquals(new PassThrough(Why.SEVERAL_AUTHORS), decide(several, null, Origin.UNMARKED));
    SigningDomain strict = domain("strict.example", STRICT, true);
    assertEquals(new Reject(strict, Why.SEVERAL_AUTHORS), decide(several, null, Origin.UNMARKED));
    Authors fields = new Authors.Unclear(Authors.Reason.SEVERAL_FROM, List.of("strict.example"));
    assertEquals(new Reject(strict, Why.SEVERAL_AUTHORS), decide(fields, null, Origin.UNMARKED));
  }

  /** Alone, the two domains are compared as text; what a mark was made for mailforwarder judged. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          example.org,      example.org,      sign
          mail.example.org, mail.example.org, sign
          mail.example.org, example.org,      sign
          example.org,      mail.example.org, author_mismatch
          example.org,      far.example,      author_mismatch
          example.org,      -,                sign
          """)
  void anAuthorWhoMustMatchIsComparedWithTheReversePath(
      String author, @Nullable String reversePath, String decision) {
    SigningPolicy asking =
        new SigningPolicy(true, true, false, false, null, SignatureForm.DEFAULT, true);
    domain("example.org", asking, true);
    assertEquals(decision, decide(author, reversePath, Origin.UNMARKED).name());
    assertEquals("sign", decide(author, reversePath, Origin.SUBMITTED).name());
    domain("example.org", REQUIRED, true);
    assertEquals("sign", decide(author, reversePath, Origin.UNMARKED).name());
  }

  @Test
  void looksUpTheAuthorItsParentsAndTheReversePath() {
    SigningSelector selector =
        new SigningSelector(
            new Authors.Known(List.of("a.b.example.org")),
            Optional.of("srs.example"),
            Origin.UNMARKED);
    assertEquals(
        List.of("a.b.example.org", "b.example.org", "example.org", "srs.example"),
        List.copyOf(selector.domainsToLookUp()));
  }

  /**
   * Symptom: mail with several authors left unsigned although one of their domains requires a
   * signature. Cause: only refuse_several_authors was asked about.
   */
  @Test
  void refusesSeveralAuthorsWhereADomainRequiresASignature() {
    Authors several = new Authors.Known(List.of("far.example", "mail.required.example"));
    SigningDomain required = domain("required.example", REQUIRED, true);
    Reject refused = new Reject(required, Why.SEVERAL_AUTHORS);
    assertEquals(refused, decide(several, null, Origin.UNMARKED));
    assertEquals(refused, decide(several, null, Origin.SUBMITTED));
    // As with one author: who is spoofed in forwarded mail decides nothing about it.
    PassThrough unsigned = new PassThrough(Why.SEVERAL_AUTHORS);
    assertEquals(unsigned, decide(several, null, Origin.NOT_SUBMITTED));
    domain("required.example", new SigningPolicy(false, true, false, false, null), true);
    assertEquals(unsigned, decide(several, null, Origin.UNMARKED));
  }

  /**
   * Symptom: a domain that refuses several authors was passed over where 20 others stood before it,
   * and a domain of ours with very many labels where it was a parent. Cause: the look-up had a
   * bound, and what was beyond it did not count.
   */
  @ParameterizedTest
  @ValueSource(ints = {19, 20, 21, 1000})
  void everyAuthorsDomainIsLookedUp(int before) {
    SigningDomain strict = domain("strict.example", STRICT, true);
    List<String> domains = new ArrayList<>();
    for (int i = 0; i < before; i++) {
      domains.add("d" + i + ".example");
    }
    domains.add("mail.strict.example");
    for (Authors authors :
        List.of(
            new Authors.Known(domains),
            new Authors.Unclear(Authors.Reason.SEVERAL_FROM, domains))) {
      SigningSelector selector = new SigningSelector(authors, Optional.empty(), Origin.UNMARKED);
      assertTrue(selector.domainsToLookUp().contains("strict.example"));
      assertEquals(new Reject(strict, Why.SEVERAL_AUTHORS), decide(authors, null, Origin.UNMARKED));
    }
  }

  /** A domain has at most 127 labels, hence the bound of what is looked up for one. */
  @ParameterizedTest
  @ValueSource(ints = {40, 41, 42, 121})
  void everyParentIsLookedUp(int labels) {
    String parent = "a.".repeat(labels - 2) + "example.org";
    SigningDomain domain = domain(parent, PLAIN, true);
    SigningSelector selector =
        new SigningSelector(
            new Authors.Known(List.of("b." + parent)), Optional.empty(), Origin.UNMARKED);
    assertEquals(labels, selector.domainsToLookUp().size());
    assertTrue(selector.domainsToLookUp().contains(parent));
    assertEquals(new Sign(domain, false), decide("b." + parent, null, Origin.UNMARKED));
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
