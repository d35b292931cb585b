package io.authserver.admin.rotation;

import io.authserver.admin.dns.Publication;
import io.authserver.admin.dns.RecordCheck;
import io.authserver.db.admin.DomainRow;
import io.authserver.db.admin.KeyAdmin;
import io.authserver.db.admin.KeyRotation.DomainKeys;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.admin.RotationPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Decides about the keys of one domain.
 *
 * <p>Each algorithm rotates by itself. Once the youngest active key is as old as the domain's
 * policy says and no successor waits, one is made. A successor signs as soon as its record has been
 * seen in DNS for the lead time, at once where nothing of its algorithm signs; the active keys of
 * its algorithm are retired in the same moment, so that there is always one. A retired key is
 * revoked when its last signature has expired and the grace is over, and only then may its record
 * be deleted. Nothing here depends on when a person does their part: until then all stays.
 */
public final class RotationPlan {
  private final DomainRow domain;
  private final List<KeyRow> keys;
  private final Map<Long, RecordCheck> found;
  private final Instant now;
  private final List<RotationStep> steps = new ArrayList<>();

  private RotationPlan(DomainKeys domain, Map<Long, RecordCheck> found, Instant now) {
    this.domain = domain.domain();
    this.keys = domain.keys();
    this.found = found;
    this.now = now;
  }

  /** Returns the keys whose records have to be looked up before anything is decided. */
  public static List<KeyRow> toCheck(DomainKeys domain) {
    if (!domain.domain().settings().rotation().rotate()) {
      return List.of();
    }
    boolean signs = domain.domain().settings().sign();
    return domain.keys().stream()
        .filter(
            key ->
                (signs && key.state().equals("published"))
                    || (key.state().equals("revoked") && key.goneAt() == null))
        .toList();
  }

  /**
   * Decides.
   *
   * @param found what DNS has of the keys that {@link #toCheck} names, by the keys' IDs
   * @return the steps in the order in which they are to be done
   */
  public static List<RotationStep> of(
      DomainKeys domain, Map<Long, RecordCheck> found, Instant now) {
    RotationPlan plan = new RotationPlan(domain, found, now);
    RotationPolicy policy = domain.domain().settings().rotation();
    if (!policy.rotate()) {
      return List.of();
    }
    if (domain.domain().settings().sign()) {
      TreeSet<String> algorithms = new TreeSet<>();
      domain.keys().forEach(key -> algorithms.add(key.algorithm()));
      algorithms.forEach(plan::rotate);
    }
    domain.keys().forEach(plan::end);
    return List.copyOf(plan.steps);
  }

  private void rotate(String algorithm) {
    List<KeyRow> active = keys(algorithm, "active");
    List<KeyRow> waiting = keys(algorithm, "published");
    boolean activated = false;
    for (KeyRow key : waiting) {
      RecordCheck check = found.get(key.id());
      if (check == null) {
        continue;
      }
      switch (check.publication()) {
        case Publication.Published _ -> {
          Instant since = key.seenSince() == null ? now : key.seenSince();
          Duration lead = Duration.ofDays(domain.settings().rotation().leadDays());
          Instant due = active.isEmpty() ? now : since.plus(lead);
          if (!activated && !now.isBefore(due)) {
            steps.add(new RotationStep.Activate(key));
            // One at a time: the next one would take the place of this one.
            activated = true;
            continue;
          }
          if (key.seenSince() == null) {
            steps.add(new RotationStep.Seen(key, now));
          }
          steps.add(new RotationStep.Waiting(key, due));
        }
        case Publication.Unchecked unchecked ->
            // Silence is no other answer: what was seen stays seen, but nothing is done.
            steps.add(new RotationStep.Failed(key, "its record " + unchecked.fault()));
        case Publication.Missing _, Publication.Revoked _, Publication.Different _ -> {
          if (key.seenSince() != null) {
            steps.add(new RotationStep.Seen(key, null));
          }
          steps.add(new RotationStep.Publish(key, check.publication().fault()));
        }
      }
    }
    if (waiting.isEmpty()) {
      youngest(active)
          .filter(key -> isOld(Objects.requireNonNull(key.activatedAt())))
          .ifPresent(key -> steps.add(new RotationStep.Create(key)));
    }
  }

  private static Optional<KeyRow> youngest(List<KeyRow> active) {
    return active.stream()
        .filter(key -> key.activatedAt() != null)
        .max(Comparator.comparing(key -> Objects.requireNonNull(key.activatedAt())));
  }

  private boolean isOld(Instant activatedAt) {
    return !now.isBefore(activatedAt.plus(Duration.ofDays(domain.settings().rotation().ageDays())));
  }

  private void end(KeyRow key) {
    if (key.state().equals("retired") && !now.isBefore(earliestRevocation(key))) {
      steps.add(new RotationStep.Revoke(key));
      steps.add(new RotationStep.MayDelete(key));
    }
    RecordCheck check = found.get(key.id());
    if (!key.state().equals("revoked") || key.goneAt() != null || check == null) {
      return;
    }
    switch (check.publication()) {
      // RFC 6376 §3.6.1: no record and an empty p= mean the same.
      case Publication.Missing _, Publication.Revoked _ -> steps.add(new RotationStep.Gone(key));
      case Publication.Published _, Publication.Different _ ->
          steps.add(new RotationStep.MayDelete(key));
      case Publication.Unchecked _ -> {
        // Nobody waits for it; the next run looks again.
      }
    }
  }

  private Instant earliestRevocation(KeyRow key) {
    Duration grace = Duration.ofDays(domain.settings().rotation().graceDays());
    return KeyAdmin.earliestRevocation(key).minus(KeyAdmin.GRACE).plus(grace);
  }

  private List<KeyRow> keys(String algorithm, String state) {
    return keys.stream()
        .filter(key -> key.algorithm().equals(algorithm) && key.state().equals(state))
        .toList();
  }
}
