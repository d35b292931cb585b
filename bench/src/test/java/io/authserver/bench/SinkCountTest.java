package io.authserver.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SinkCountTest {
  @Test
  void theLastWholeCountIsTaken() {
    assertEquals(17, SinkCount.last("=1 mesg=16\rsess=2 quit=1 mesg=17\rsess=2 quit=2 mesg=1"));
  }

  @Test
  void whoHasSaidNothingHasGotNothing() {
    assertEquals(0, SinkCount.last(""));
  }

  @Test
  void aLongFileIsReadAtItsEnd(@TempDir Path folder) throws Exception {
    StringBuilder said = new StringBuilder();
    for (int i = 1; i <= 1000; i++) {
      said.append("sess=0 quit=0 mesg=").append(i).append('\r');
    }
    Path file = folder.resolve("count");
    Files.writeString(file, said);
    assertEquals(1000, new SinkCount(file).messages());
  }
}
