package io.authserver.admin.command;

import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.dns.KeyRecord;
import io.authserver.admin.dns.PublicationCheck;
import io.authserver.admin.dns.RecordCheck;
import io.authserver.admin.rotation.RotationPlan;
import io.authserver.admin.rotation.RotationStep;
import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.KeyRotation;
import io.authserver.db.admin.KeyRotation.DomainKeys;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.admin.Occasion;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.signing.WrappingKeyException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run of {@code authserver dkim maintain}: looks, decides, does, and keeps what to tell. */
final class Maintenance {
  private final Context context;
  private final boolean dryRun;
  private final Occasion occasion;
  private final List<Entry> entries = new ArrayList<>();
  private final Set<String> silent = new LinkedHashSet<>();

  Maintenance(Context context, boolean dryRun) {
    this.context = context;
    this.dryRun = dryRun;
    this.occasion = context.occasion();
  }

  /**
   * What was done or has to be told.
   *
   * @param action one word for a program
   * @param person {@code must} or {@code may} where a person can do something, else null
   * @param key the key
   * @param detail a sentence for a person
   */
  record Entry(String action, @Nullable String person, KeyRow key, String detail) {
    boolean isFailure() {
      return action.equals("failed");
    }

    Map<String, @Nullable Object> fields(boolean dryRun) {
      KeyRecord record = KeyMaker.record(key);
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("action", action);
      fields.put("person", person);
      fields.put("domain", key.domain());
      fields.put("selector", key.selector());
      fields.put("detail", detail);
      fields.put("record", record.fields());
      fields.put("dry_run", dryRun);
      return fields;
    }
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** Returns who did not answer, a line each. */
  List<String> silent() {
    return List.copyOf(silent);
  }

  /** Does what is next for these domains, or for all. */
  void run(List<DomainName> names, PublicationCheck check)
      throws IOException, RefusedException, UsageException {
    KeyRotation rotation = context.database().keyRotation();
    if (dryRun) {
      run(rotation, names, check);
      return;
    }
    try (rotation) {
      rotation.lock();
      run(rotation, names, check);
    }
  }

  private void run(KeyRotation rotation, List<DomainName> names, PublicationCheck check)
      throws IOException, RefusedException, UsageException {
    List<DomainKeys> domains = rotation.load(names);
    List<KeyRow> toCheck = new ArrayList<>();
    domains.forEach(domain -> toCheck.addAll(RotationPlan.toCheck(domain)));
    List<RecordCheck> checks =
        check.checkAll(toCheck.stream().map(KeyMaker::publishedRecord).toList());
    Map<Long, RecordCheck> found = new LinkedHashMap<>();
    for (int i = 0; i < toCheck.size(); i++) {
      found.put(toCheck.get(i).id(), checks.get(i));
      silent.addAll(checks.get(i).silent());
    }
    for (DomainKeys domain : domains) {
      for (RotationStep step : RotationPlan.of(domain, found, occasion.at())) {
        switch (step) {
          case RotationStep.Change change -> attempt(rotation, change);
          case RotationStep.Notice notice -> tell(notice);
        }
      }
    }
  }

  /** Does a step; what fails for one key keeps no other from its own. */
  private void attempt(KeyRotation rotation, RotationStep.Change change) throws IOException {
    try {
      perform(rotation, change);
    } catch (RefusedException | UsageException | WrappingKeyException e) {
      add("failed", null, change.key(), String.valueOf(e.getMessage()));
    }
  }

  private void perform(KeyRotation rotation, RotationStep.Change change)
      throws IOException, RefusedException, UsageException {
    KeyRow key = change.key();
    switch (change) {
      case RotationStep.Create _ -> create(key);
      case RotationStep.Seen(_, var since) -> {
        if (!dryRun) {
          rotation.seen(key, since);
        }
      }
      case RotationStep.Activate _ -> {
        List<String> retired = dryRun ? List.of() : rotation.succeed(key, occasion);
        add(
            "activated",
            null,
            key,
            "its record is in DNS"
                + (retired.isEmpty() ? "" : "; retired " + String.join(" and ", retired)));
      }
      case RotationStep.Revoke _ -> {
        if (!dryRun) {
          context
              .database()
              .keys()
              .revoke(new DomainName(key.domain()), List.of(key.selector()), false, occasion);
        }
        add("revoked", null, key, "its last signatures have expired");
      }
      case RotationStep.Gone _ -> {
        if (!dryRun) {
          rotation.gone(key, occasion.at());
        }
        add("gone", null, key, "its record has left DNS");
      }
    }
  }

  private void create(KeyRow old) throws IOException, RefusedException, UsageException {
    if (dryRun) {
      add("created", null, old, "a successor, because it is old");
      return;
    }
    KeyRow made =
        context
            .database()
            .keys()
            .create(
                new DomainName(old.domain()),
                new KeyMaker(context).like(KeyMaker.publicKey(old)),
                occasion);
    add("created", null, made, "follows " + old.selector());
    add("publish", "must", made, "it is new");
  }

  private void tell(RotationStep.Notice notice) {
    KeyRow key = notice.key();
    switch (notice) {
      case RotationStep.Publish(_, String why) -> add("publish", "must", key, "its record " + why);
      case RotationStep.MayDelete _ -> add("delete", "may", key, "it is revoked");
      case RotationStep.Waiting(_, var until) ->
          add("waiting", null, key, "its record is in DNS; it is going to sign from " + until);
      case RotationStep.Failed(_, String why) -> add("failed", null, key, why);
    }
  }

  private void add(String action, @Nullable String person, KeyRow key, String detail) {
    entries.add(new Entry(action, person, key, detail));
  }
}
