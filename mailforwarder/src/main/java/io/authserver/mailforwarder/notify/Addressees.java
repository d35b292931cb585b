package io.authserver.mailforwarder.notify;

import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.ReversePath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who is told about refusals. */
public final class Addressees {
  private Addressees() {}

  /**
   * Somebody who is told.
   *
   * @param mailbox where the notification goes
   * @param mayReadTargets whether it may name the addresses behind a list; a sender may not
   */
  public record Addressee(Mailbox mailbox, boolean mayReadTargets) {}

  /** Returns the refusals that each addressee is told about; nobody is told about the others. */
  public static Map<Addressee, List<Refusal>> of(ReversePath reversePath, List<Refusal> refusals) {
    Map<Addressee, List<Refusal>> told = new LinkedHashMap<>();
    for (Refusal refusal : refusals) {
      of(reversePath, refusal)
          .ifPresent(who -> told.computeIfAbsent(who, _ -> new ArrayList<>()).add(refusal));
    }
    return told;
  }

  private static Optional<Addressee> of(ReversePath reversePath, Refusal refusal) {
    // RFC 5321 §4.5.5: nothing answers a null reverse-path, not to a list's owner either: an owner
    // whose mail came back to the list would keep notifications about notifications going.
    if (!(reversePath instanceof ReversePath.Address(Mailbox mailbox))) {
      return Optional.empty();
    }
    String notifyOn = refusal.recipient().parameters().notifyOn();
    // RFC 3461 §4.1: NEVER means that no notification goes to the sender; nor to anybody for it.
    if (words(notifyOn).contains("NEVER")) {
      return Optional.empty();
    }
    if (refusal.reportTo().isPresent()) {
      return refusal.reportTo().map(owner -> new Addressee(owner, true));
    }
    // RFC 3461 §4.1: with NOTIFY, a failure is told only to who asked for it.
    if (notifyOn != null && !words(notifyOn).contains("FAILURE")) {
      return Optional.empty();
    }
    return Optional.of(new Addressee(mailbox, false));
  }

  private static List<String> words(@Nullable String notifyOn) {
    return notifyOn == null ? List.of() : Arrays.asList(notifyOn.split(","));
  }
}
