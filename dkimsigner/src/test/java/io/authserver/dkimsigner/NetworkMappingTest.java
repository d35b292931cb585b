package io.authserver.dkimsigner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.authserver.smtp.daemon.HostPort;
import io.authserver.smtp.daemon.InvalidSettingException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkMappingTest {
  private static final NetworkMapping USUAL =
      new NetworkMapping(new HostPort("127.0.0.1", 10036), new HostPort("127.0.0.1", 10035));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:10036->127.0.0.1:10035",
        " 127.0.0.1:10036 -> 127.0.0.1:10035 ",
        "127.0.0.1:10036=127.0.0.1:10035,",
        "127.0.0.1:10036=>127.0.0.1:10035",
        "127.0.0.1:10036:127.0.0.1:10035"
      })
  void readsEveryForm(String text) throws Exception {
    assertEquals(List.of(USUAL), NetworkMapping.listType().parse(text));
  }

  @Test
  void readsSeveralAndIpv6() throws Exception {
    assertEquals(
        List.of(
            USUAL, new NetworkMapping(new HostPort("::1", 10038), new HostPort("relay.test", 25))),
        NetworkMapping.listType()
            .parse("127.0.0.1:10036->127.0.0.1:10035, [::1]:10038->relay.test:25"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.1:10036",
        "127.0.0.1:10036->",
        "127.0.0.1:10036->127.0.0.1:0",
        "127.0.0.1:70000->127.0.0.1:25",
        "127.0.0.1:25->127.0.0.1:25",
        "127.0.0.1:1->127.0.0.1:2,127.0.0.1:1->127.0.0.1:3"
      })
  void refusesTheRest(String text) {
    assertThrows(InvalidSettingException.class, () -> NetworkMapping.listType().parse(text));
  }
}
