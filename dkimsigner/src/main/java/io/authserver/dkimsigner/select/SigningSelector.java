package io.authserver.dkimsigner.select;

import io.authserver.db.signing.SigningDomain;
import io.authserver.dkimsigner.select.SigningDecision.NoUsableKey;
import io.authserver.dkimsigner.select.SigningDecision.PassThrough;
import io.authserver.dkimsigner.select.SigningDecision.Reject;
import io.authserver.dkimsigner.select.SigningDecision.Sign;
import io.authserver.dkimsigner.select.SigningDecision.Why;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.author.Authors;
import io.authserver.smtp.message.OriginMark;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides which domain signs a message.
 *
 * <p>The author's domain signs, or its closest parent domain with keys (RFC 6376 §6.3 leaves this
 * to the signer; a parent is aligned in the sense of RFC 7489 §3.1.1). Where the author is foreign,
 * the domain of the reverse-path signs if it is configured to. What is not proved to have been
 * submitted to us is never signed for a domain aligned with its author, because the author may be
 * spoofed.
 */
public final class SigningSelector {
  private final Authors authors;
  private final Optional<String> reversePathDomain;
  private final Origin origin;

  /** Where a message comes from, as far as it is proved. */
  public enum Origin {
    /** A proved mark says that it was submitted to us. */
    SUBMITTED(null),
    /** It has no mark, and needs none. */
    UNMARKED(null),
    /** It has a mark of before they were proved, needs none, and the mark says submitted. */
    FORMER_MARK(null),
    /** A proved mark says that it was not submitted to us. */
    NOT_SUBMITTED(Why.NOT_SUBMITTED),
    /** A proved mark says that its author is not one that who submitted it may be. */
    AUTHOR_MISMATCH(Why.AUTHOR_MISMATCH),
    /** It has no mark and needs one. */
    MARK_MISSING(Why.NOT_SUBMITTED),
    /** A mark of before says that it was not submitted, or needs to be proved. */
    FORMER_MARK_REFUSED(Why.NOT_SUBMITTED),
    /** {@link OriginMark.Fault#SEVERAL_MARKS}. */
    SEVERAL_MARKS(Why.NOT_SUBMITTED),
    /** {@link OriginMark.Fault#MALFORMED_MARK}. */
    MALFORMED_MARK(Why.NOT_SUBMITTED),
    /** {@link OriginMark.Fault#MISPLACED_MARK}. */
    MISPLACED_MARK(Why.NOT_SUBMITTED),
    /** {@link OriginMark.Fault#WRONG_ID}. */
    WRONG_ID(Why.NOT_SUBMITTED),
    /** {@link OriginMark.Fault#WRONG_MAC}. */
    WRONG_MAC(Why.NOT_SUBMITTED);

    private final @Nullable Why withheld;

    Origin(@Nullable Why withheld) {
      this.withheld = withheld;
    }

    /** Returns its name in the log and in the metrics. */
    public String word() {
      return AsciiCase.lower(name());
    }

    /** Returns whether it counts as mail of somebody who may write in its author's name. */
    public boolean isTrusted() {
      return withheld == null;
    }

    /** Returns why it gets no signature that is aligned with its author; empty where it may. */
    Optional<Why> withheld() {
      return Optional.ofNullable(withheld);
    }

    /** Returns what a proved mark says. */
    public static Origin of(OriginMark mark) {
      return !mark.submitted()
          ? NOT_SUBMITTED
          : mark.author() == OriginMark.Author.MISMATCH ? AUTHOR_MISMATCH : SUBMITTED;
    }

    /**
     * Returns what the marks of a message say.
     *
     * @param signsUnmarked whether mail that has no mark is signed
     * @param proved whether what they claim is proved
     */
    public static Origin of(
        OriginMark.Reading reading, boolean signsUnmarked, Predicate<OriginMark.Claimed> proved) {
      return switch (reading) {
        case OriginMark.Unmarked _ -> signsUnmarked ? UNMARKED : MARK_MISSING;
        case OriginMark.Former(boolean submitted) ->
            signsUnmarked && submitted ? FORMER_MARK : FORMER_MARK_REFUSED;
        case OriginMark.Claimed claimed -> proved.test(claimed) ? of(claimed.mark()) : WRONG_MAC;
        case OriginMark.Unproved(OriginMark.Fault fault) -> Origin.valueOf(fault.name());
      };
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
    return domainsToLookUp(authors, reversePathDomain);
  }

  /** Returns the same before it is known where the message comes from. */
  public static SequencedSet<String> domainsToLookUp(
      Authors authors, Optional<String> reversePathDomain) {
    SequencedSet<String> names = new LinkedHashSet<>();
    authors.domains().forEach(domain -> names.addAll(withParents(domain)));
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
   * a signature, which such a message never gets. What was not submitted does not wait for one.
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
                  && origin.withheld().isEmpty();
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
      if (origin.withheld().isPresent()) {
        return new PassThrough(origin.withheld().get());
      }
      if (isElsewhere(author, own.get())) {
        return new PassThrough(Why.AUTHOR_MISMATCH);
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

  /**
   * Whether the reverse-path of unmarked mail is in another domain than its author, whose domain
   * asks: what addresses the sender has nobody can tell here. A null one says nothing.
   */
  private boolean isElsewhere(String author, SigningDomain own) {
    return origin == Origin.UNMARKED
        && own.policy().authorMustMatch()
        && reversePathDomain
            .filter(domain -> !domain.equals(author) && !domain.equals(own.name()))
            .isPresent();
  }

  private SigningDecision forReversePath(String author, Map<String, SigningDomain> ours) {
    return reversePathDomain
        .filter(domain -> origin.withheld().isEmpty() || !aligned(domain, author))
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
