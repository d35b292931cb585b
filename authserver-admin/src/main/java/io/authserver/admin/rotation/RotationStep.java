package io.authserver.admin.rotation;

import io.authserver.db.admin.KeyRow;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is next in the life of a key. */
public sealed interface RotationStep {
  /** Returns the key that it is about. */
  KeyRow key();

  /** A step that the program does. */
  sealed interface Change extends RotationStep {}

  /** Something to tell a person. */
  sealed interface Notice extends RotationStep {}

  /** Make the successor of a key that has become old. */
  record Create(KeyRow key) implements Change {}

  /**
   * Note since when a key's record is seen in DNS.
   *
   * @param since the time, or null for a record that is no longer there
   */
  record Seen(KeyRow key, @Nullable Instant since) implements Change {}

  /** Let a key sign in the place of the active ones of its algorithm. */
  record Activate(KeyRow key) implements Change {}

  /** Give a retired key up. */
  record Revoke(KeyRow key) implements Change {}

  /** Note that a revoked key's record has left DNS. */
  record Gone(KeyRow key) implements Change {}

  /**
   * A person has to publish the key's record.
   *
   * @param why what is in DNS instead, to go on after "its record"
   */
  record Publish(KeyRow key, String why) implements Notice {}

  /** A person may delete the key's record. */
  record MayDelete(KeyRow key) implements Notice {}

  /**
   * The key's record is published and waits.
   *
   * @param until when it is going to sign
   */
  record Waiting(KeyRow key, Instant until) implements Notice {}

  /**
   * Something failed, which the next run tries again.
   *
   * @param why what
   */
  record Failed(KeyRow key, String why) implements Notice {}
}
