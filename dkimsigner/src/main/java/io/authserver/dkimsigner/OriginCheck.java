package io.authserver.dkimsigner;

import io.authserver.db.mark.MarkKeyStore;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.signing.SigningDomain;
import io.authserver.dkimsigner.select.SigningDecision;
import io.authserver.dkimsigner.select.SigningSelector;
import io.authserver.dkimsigner.select.SigningSelector.Origin;
import io.authserver.smtp.author.Authors;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MarkKey;
import io.authserver.smtp.message.OriginMark;
import io.authserver.smtp.message.OriginMark.Claimed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Decides about a message with what its origin mark proves, and, where that is only reported, as it
 * was decided before marks were proved.
 *
 * @param keys prove marks
 * @param signsUnmarked whether mail without a mark is signed
 * @param enforcement whether what the marks prove decides
 */
record OriginCheck(MarkKeyStore keys, boolean signsUnmarked, Enforcement enforcement) {
  /** What becomes of a message that is not proved to have been submitted. */
  enum Enforcement {
    /** It gets no signature that is aligned with its author. */
    ENFORCE,
    /** It is signed as before, and the log and the metrics say that it would not be. */
    REPORT
  }

  /**
   * What is decided.
   *
   * @param decision what is done
   * @param origin what the mark proves
   * @param enforced what would be done where that is enforced
   */
  record Result(SigningDecision decision, Origin origin, SigningDecision enforced) {
    /** Returns whether enforcing would make a difference. */
    boolean differs() {
      return !decision.equals(enforced);
    }
  }

  /**
   * Decides.
   *
   * @param header the message as it came
   * @param ours those domains that the selector asks for and are ours
   * @throws AuthDatabaseException where it depends on keys that cannot be had: 451 4.3.0
   */
  Result decide(
      HeaderSection header,
      Authors authors,
      Optional<String> reversePathDomain,
      Map<String, SigningDomain> ours)
      throws AuthDatabaseException {
    OriginMark.Reading reading = OriginMark.read(header);
    Function<Origin, SigningDecision> decider =
        origin -> new SigningSelector(authors, reversePathDomain, origin).decide(ours);
    Origin proved;
    boolean unknown = false;
    try {
      List<MarkKey> known = reading instanceof Claimed ? keys.find() : List.of();
      proved = origin(reading, claimed -> OriginMark.isProved(claimed, known, header));
    } catch (AuthDatabaseException e) {
      proved = origin(reading, _ -> false);
      unknown = !decider.apply(proved).equals(decider.apply(origin(reading, _ -> true)));
      if (unknown && enforcement == Enforcement.ENFORCE) {
        throw e;
      }
    }
    SigningDecision enforced = decider.apply(proved);
    if (enforcement == Enforcement.ENFORCE) {
      return new Result(enforced, proved, enforced);
    }
    SigningDecision before =
        decider.apply(
            OriginMark.wasUntrusted(header)
                ? Origin.NOT_SUBMITTED
                : reading instanceof OriginMark.Unmarked ? Origin.UNMARKED : Origin.FORMER_MARK);
    return new Result(before, proved, unknown ? before : enforced);
  }

  private Origin origin(OriginMark.Reading reading, Predicate<Claimed> proved) {
    return Origin.of(reading, signsUnmarked, proved);
  }
}
