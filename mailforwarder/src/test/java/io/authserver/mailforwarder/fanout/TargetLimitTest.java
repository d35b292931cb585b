package io.authserver.mailforwarder.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.site.SiteStore;
import io.authserver.smtp.testing.LogCapture;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class TargetLimitTest {
  private static final String LOG = "io.authserver.mailforwarder";

  private int ofTheSite = 100;
  private boolean away;

  private final SiteStore site =
      () -> {
        if (away) {
          throw AuthDatabaseException.unreachable("away", null);
        }
        return ofTheSite;
      };

  @Test
  void theSettingOnlyLowersTheSitesLimit() {
    try (LogCapture log = new LogCapture(LOG)) {
      assertEquals(100, TargetLimit.of(site, OptionalInt.of(500), 100, Long.MAX_VALUE).most());
      assertEquals(100, TargetLimit.of(site, OptionalInt.empty(), 100, Long.MAX_VALUE).most());
      assertEquals(0, log.containing("event=max_targets").size());
      assertEquals(20, TargetLimit.of(site, OptionalInt.of(20), 100, Long.MAX_VALUE).most());
      assertEquals(1, log.containing("event=max_targets value=20 site=100").size());
      assertTrue(log.containing("event=max_targets").getFirst().startsWith("WARN "));
    }
  }

  @Test
  void aChangeCountsWhileTheDaemonRunsAndWhatWasKnownWithTheDatabaseAway() {
    TargetLimit limit = TargetLimit.of(site, OptionalInt.of(150), 100, Room.bytes(120));
    try (LogCapture log = new LogCapture(LOG)) {
      ofTheSite = 110;
      assertEquals(110, limit.most());
      assertEquals(0, log.containing("event=max_targets").size());
      ofTheSite = 200;
      assertEquals(150, limit.most());
      assertEquals(1, log.containing("value=150 site=200").size());
      assertEquals(1, log.containing("value=150 needed_bytes=").size());
      assertEquals(150, limit.most());
      assertEquals(2, log.containing("event=max_targets").size(), "each is said once");
      away = true;
      assertEquals(150, limit.most());
    }
  }
}
