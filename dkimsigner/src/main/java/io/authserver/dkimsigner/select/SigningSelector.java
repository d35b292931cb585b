package io.authserver.dkimsigner.select;

import io.authserver.db.signing.SigningDomain;
import io.authserver.dkimsigner.select.SigningDecision.NoUsableKey;
import io.authserver.dkimsigner.select.SigningDecision.PassThrough;
import io.authserver.dkimsigner.select.SigningDecision.Reject;
import io.authserver.dkimsigner.select.SigningDecision.Sign;
import io.authserver.dkimsigner.select.SigningDecision.Why;
import io.authserver.smtp.message.OriginMark;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * Decides which domain signs a message.
 *
 * <p>The author's domain signs, or its closest parent domain with keys (RFC 6376 §6.3 leaves this
 * to the signer; a parent is aligned in the sense of RFC 7489 §3.1.1). Where the author is foreign,
 * the domain of the reverse-path signs if it is configured to. A forwarded copy that was not
 * submitted to us is never signed for a domain aligned with its author, because the author may be
 * spoofed.
 */
public final class SigningSelector {
  private final Authors authors;
  private final Optional<String> reversePathDomain;
  private final Origin origin;

  /** Where a copy comes from, as the mark of mailforwarder says. */
  public enum Origin {
    /** No mark: mail as it was sent. */
    DIRECT,
    /** Forwarded by us, and submitted to us by an authenticated user. */
    FORWARDED_SUBMITTED,
    /** Forwarded by us, and received from anywhere. */
    FORWARDED_UNTRUSTED;

    /** Returns what the marks of a message say, where it has any. */
    public static Origin of(Optional<OriginMark> mark) {
      return mark.map(found -> found.submitted() ? FORWARDED_SUBMITTED : FORWARDED_UNTRUSTED)
          .orElse(DIRECT);
    }
  }

  /**
   * Prepares a selection.
   *
   * @param reversePathDomain the folded domain of the reverse-path; empty for {@code <>}
   */
  public SigningSelector(Authors authors, Optional<String> reversePathDomain, Origin origin) {
    this.authors = authors;
    this.reversePathDomain = reversePathDomain;
    this.origin = origin;
  }

  /**
   * Returns the domains that {@link #decide} needs to know about, folded: every domain that From
   * names and every parent of each. There are no more of them than From has dots.
   */
  public SequencedSet<String> domainsToLookUp() {
    SequencedSet<String> names = new LinkedHashSet<>();
    switch (authors) {
      case Authors.Known known ->
          known.domains().forEach(domain -> names.addAll(withParents(domain)));
      case Authors.Unclear unclear ->
          unclear.domains().forEach(domain -> names.addAll(withParents(domain)));
    }
    reversePathDomain.ifPresent(names::add);
    return names;
  }

  /**
   * Decides.
   *
   * @param ours those of {@link #domainsToLookUp} that are domains of ours, by folded name
   */
  public SigningDecision decide(Map<String, SigningDomain> ours) {
    return switch (authors) {
      case Authors.Known(List<String> domains, Optional<String> _) when domains.size() == 1 ->
          forAuthor(domains.getFirst(), ours);
      case Authors.Known(List<String> domains, Optional<String> _) ->
          refusedOr(domains, ours, Why.SEVERAL_AUTHORS);
      case Authors.Unclear(Authors.Reason reason, List<String> domains) ->
          switch (reason) {
            case NO_FROM -> new PassThrough(Why.NO_FROM);
            case LONG_FROM -> new SigningDecision.LongFrom();
            case SEVERAL_FROM -> refusedOr(domains, ours, Why.SEVERAL_AUTHORS);
            case NO_MAILBOX, UNPARSABLE_FROM -> new PassThrough(Why.UNREADABLE_AUTHOR);
          };
    };
  }

  /**
   * Several authors are refused where one of the domains that the message claims says so, or wants
   * a signature, which such a message never gets. A forwarded copy does not wait for a signature.
   */
  private SigningDecision refusedOr(
      List<String> domains, Map<String, SigningDomain> ours, Why why) {
    for (String domain : domains) {
      for (String name : withParents(domain)) {
        SigningDomain candidate = ours.get(name);
        if (candidate != null) {
          boolean signatureMissing =
              candidate.policy().sign()
                  && candidate.policy().requireSignature()
                  && origin != Origin.FORWARDED_UNTRUSTED;
          if (candidate.policy().refuseSeveralAuthors() || signatureMissing) {
            return new Reject(candidate, why);
          }
          break;
        }
      }
    }
    return new PassThrough(why);
  }

  private SigningDecision forAuthor(String author, Map<String, SigningDomain> ours) {
    Optional<SigningDomain> own = Optional.empty();
    for (String name : withParents(author)) {
      SigningDomain candidate = ours.get(name);
      if (candidate == null) {
        continue;
      }
      if (own.isEmpty()) {
        own = Optional.of(candidate);
        if (!candidate.policy().sign()) {
          return new PassThrough(Why.SIGNING_OFF);
        }
      }
      if (origin == Origin.FORWARDED_UNTRUSTED) {
        return new PassThrough(Why.FORWARDED);
      }
      if (!candidate.activeKeys().isEmpty() && candidate.policy().sign()) {
        boolean required =
            candidate.policy().requireSignature() || own.get().policy().requireSignature();
        return new Sign(candidate, required);
      }
    }
    if (own.isPresent()) {
      return own.get().policy().requireSignature()
          ? new NoUsableKey(own.get())
          : new PassThrough(Why.NO_KEY);
    }
    return forReversePath(author, ours);
  }

  private SigningDecision forReversePath(String author, Map<String, SigningDomain> ours) {
    return reversePathDomain
        .filter(domain -> origin != Origin.FORWARDED_UNTRUSTED || !aligned(domain, author))
        .map(ours::get)
        .filter(domain -> domain.policy().signByReversePath() && domain.policy().sign())
        .filter(domain -> !domain.activeKeys().isEmpty())
        .<SigningDecision>map(domain -> new Sign(domain, domain.policy().requireSignature()))
        .orElse(new PassThrough(Why.FOREIGN_AUTHOR));
  }

  /**
   * Whether two domains may be aligned in the relaxed sense of RFC 7489 §3.1.1: one is a parent of
   * the other, or their last two labels are the same. Where registrations are made below two labels
   * (co.uk) this says yes too often, which only withholds a signature.
   */
  private static boolean aligned(String one, String other) {
    return one.equals(other)
        || one.endsWith("." + other)
        || other.endsWith("." + one)
        || lastTwoLabels(one).equals(lastTwoLabels(other));
  }

  private static String lastTwoLabels(String domain) {
    int dot = domain.lastIndexOf('.', domain.lastIndexOf('.') - 1);
    return domain.substring(dot + 1);
  }

  /** Returns a domain and its parents of at least two labels, closest first. */
  private static List<String> withParents(String domain) {
    List<String> names = new ArrayList<>();
    names.add(domain);
    if (!domain.startsWith("[")) {
      String name = domain;
      for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.')) {
        name = name.substring(dot + 1);
        if (name.indexOf('.') >= 0) {
          names.add(name);
        }
      }
    }
    return names;
  }
}
