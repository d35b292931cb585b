package io.authserver.realservers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the tests with real servers take from the documents is there, and nothing besides. */
class DocumentedFilesTest {
  @Test
  void eachBlockIsAFileThatTheTestsUse() throws Exception {
    assertEquals(
        List.of(
            "# " + OpenSmtpd.CONFIGURATION,
            "# " + OpenSmtpd.TABLE,
            "# " + VariantsIT.SMART_HOST_ACTION,
            "# " + VariantsIT.SECRETS,
            "# " + OpenSmtpd.PERMISSION_QUERY,
            "# " + VariantsIT.SUBMISSION_LISTENER),
        titles("opensmtpd.md"));
    assertEquals(
        List.of(
            "# " + Dovecot.CONFIGURATION,
            "# " + Dovecot.QUERIES,
            "# " + Dovecot.PERMISSION_QUERY,
            "#!/bin/sh",
            "# " + VariantsIT.LDA_ACTION,
            "# " + VariantsIT.LDA_SOCKET),
        titles("dovecot.md"));
  }

  private static List<String> titles(String document) throws Exception {
    return Documents.blocks(document).stream()
        .map(block -> block.lines().findFirst().orElseThrow())
        .toList();
  }
}
