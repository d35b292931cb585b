package io.authserver.db.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * {@code sql/install.sql} names every migration and routine with its checksum. After a change run
 * this test with {@code -Dauthserver.snapshot=write}.
 */
class InstallScriptTest {
  private static final Path SCRIPT = Path.of("..", "sql", "install.sql");

  @Test
  void itNamesEveryFileWithItsChecksum() throws IOException {
    String text = Files.readString(SCRIPT);
    StringBuilder script = new StringBuilder(text.substring(0, text.indexOf("\\set newest ")));
    script.append("\\set newest %d\n\\ir install/begin.sql\n\n".formatted(Schema.newest()));
    for (SqlFile file : SqlFiles.migrations()) {
      script.append(
          "\\set file %s\n\\set version %d\n\\set checksum %s\n\\ir install/migration.sql\n"
              .formatted(file.name(), file.number(), file.checksum()));
    }
    script.append('\n');
    for (SqlFile file : SqlFiles.routines()) {
      script.append(
          "\\set file %s\n\\set checksum %s\n\\ir install/routine.sql\n"
              .formatted(file.name(), file.checksum()));
    }
    script.append("\n\\ir install/end.sql\n");
    if ("write".equals(System.getProperty("authserver.snapshot"))) {
      Files.writeString(SCRIPT, script);
    }
    assertEquals(script.toString(), Files.readString(SCRIPT));
  }
}
