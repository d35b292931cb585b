package io.authserver.dkimsigner;

import io.authserver.db.signing.SignatureForm;
import io.authserver.db.signing.SigningDomain;
import io.authserver.dkim.canon.Canonicalization;
import io.authserver.dkim.sign.SigningProfile;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each domain's signatures cover and say, made once of what the database has and kept until
 * that changes. A value that makes no sense is that domain's WARN, and the default stands in for
 * it: it never stops mail. Bounded; safe for many threads.
 */
final class ProfileBook {
  private static final Logger log = LoggerFactory.getLogger(ProfileBook.class);

  /** How often a domain with such a value is named in the log. */
  private static final Duration REPEAT_WARNING = Duration.ofMinutes(10);

  private static final int MAX_PROFILES = 10_000;

  private final InstantSource clock;
  private final Map<String, Slot> slots; // guarded by itself

  /**
   * A domain's way to sign.
   *
   * @param profile with the fixed AUID, where there is one
   * @param complete the same for a message that is as its author made it
   * @param authorAsAuid whether the author's address is the AUID
   * @param expiry how long a signature is valid; null for no end
   */
  record DomainProfile(
      SigningProfile profile,
      SigningProfile complete,
      boolean authorAsAuid,
      @Nullable Duration expiry) {
    DomainProfile(SigningProfile profile, boolean authorAsAuid, @Nullable Duration expiry) {
      this(profile, profile.complete(), authorAsAuid, expiry);
    }
  }

  private record Slot(
      SignatureForm form,
      @Nullable Duration expiry,
      DomainProfile made,
      List<String> problems,
      Instant warnedAt) {}

  ProfileBook(InstantSource clock) {
    this.clock = clock;
    this.slots =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Slot> eldest) {
            return size() > MAX_PROFILES;
          }
        };
  }

  /** Returns how a domain signs. */
  DomainProfile of(SigningDomain domain) {
    SignatureForm form = domain.policy().form();
    Duration expiry = domain.policy().signatureExpiry();
    Slot slot;
    synchronized (slots) {
      slot = slots.get(domain.name());
    }
    if (slot == null || !slot.form().equals(form) || !Objects.equals(slot.expiry(), expiry)) {
      slot = make(domain.name(), form, expiry);
    }
    Instant now = clock.instant();
    if (!slot.problems().isEmpty() && slot.warnedAt().plus(REPEAT_WARNING).isBefore(now)) {
      log.warn(
          "event=policy_unusable domain={} effect=\"the default instead\" cause=\"{}\"",
          domain.name(),
          String.join("; ", slot.problems()));
      slot = new Slot(slot.form(), slot.expiry(), slot.made(), slot.problems(), now);
    }
    synchronized (slots) {
      slots.put(domain.name(), slot);
    }
    return slot.made();
  }

  private static Slot make(String domain, SignatureForm form, @Nullable Duration expiry) {
    List<String> problems = new ArrayList<>();
    Canonicalization header =
        canonicalization("header", form.headerCanonicalization(), problems::add);
    Canonicalization body = canonicalization("body", form.bodyCanonicalization(), problems::add);
    SigningProfile profile = SigningProfile.standard().withCanonicalization(header, body);
    for (String name : form.signedFields()) {
      profile = with(profile, SigningProfile::withSigned, name, problems::add);
    }
    for (String name : form.oversignedFields()) {
      profile = with(profile, SigningProfile::withOversigned, name, problems::add);
    }
    boolean author = SignatureForm.AUTHOR.equals(form.auid());
    if (form.auid() != null && !author) {
      profile = withAuid(profile, form.auid(), domain, problems::add);
    }
    Duration usable = expiry;
    if (expiry != null && expiry.compareTo(Duration.ofSeconds(1)) < 0) {
      // RFC 6376 §3.5: x= is later than t=.
      problems.add("the expiry is not after the signature");
      usable = Duration.ofDays(7);
    }
    return new Slot(
        form, expiry, new DomainProfile(profile, author, usable), problems, Instant.EPOCH);
  }

  private static Canonicalization canonicalization(
      String part, String word, Consumer<String> problem) {
    for (Canonicalization canonicalization : Canonicalization.values()) {
      if (canonicalization.tag().equals(word)) {
        return canonicalization;
      }
    }
    problem.accept("no canonicalization of the " + part + " has this name");
    return Canonicalization.RELAXED;
  }

  /** Adds field names to a profile. */
  @FunctionalInterface
  private interface Addition {
    SigningProfile add(SigningProfile profile, List<String> names);
  }

  private static SigningProfile with(
      SigningProfile profile, Addition addition, String name, Consumer<String> problem) {
    try {
      return addition.add(profile, List.of(name));
    } catch (IllegalArgumentException e) {
      problem.accept(String.valueOf(e.getMessage()));
      return profile;
    }
  }

  private static SigningProfile withAuid(
      SigningProfile profile, String auid, String domain, Consumer<String> problem) {
    String auidDomain = auid.substring(auid.lastIndexOf('@') + 1);
    // RFC 6376 §3.5: else every verifier fails the signature.
    if (auidDomain.equals(domain) || auidDomain.endsWith("." + domain)) {
      try {
        return profile.withAuid(auid);
      } catch (IllegalArgumentException e) {
        problem.accept(String.valueOf(e.getMessage()));
        return profile;
      }
    }
    problem.accept("the AUID is not within the domain");
    return profile;
  }
}
