package io.authserver.dkimsigner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.authserver.dkimsigner.NetworkMapping.Options;
import io.authserver.dkimsigner.NetworkMapping.Oversign;
import io.authserver.dkimsigner.NetworkMapping.Unmarked;
import io.authserver.smtp.daemon.HostPort;
import io.authserver.smtp.daemon.InvalidSettingException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkMappingTest {
  private static final NetworkMapping USUAL = usual(Unmarked.SIGN);

  private static NetworkMapping usual(Unmarked unmarked) {
    return new NetworkMapping(
        new HostPort("127.0.0.1", 10036),
        new HostPort("127.0.0.1", 10035),
        new Options(unmarked, Oversign.FULL));
  }

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
            USUAL,
            new NetworkMapping(
                new HostPort("::1", 10038), new HostPort("relay.test", 25), Options.DEFAULTS)),
        NetworkMapping.listType()
            .parse("127.0.0.1:10036->127.0.0.1:10035, [::1]:10038->relay.test:25"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:10036->127.0.0.1:10035 unmarked=withhold",
        "127.0.0.1:10036=127.0.0.1:10035, Unmarked = WITHHOLD",
        "127.0.0.1:10036:127.0.0.1:10035;unmarked=withhold,"
      })
  void readsTheOptionsOfAMapping(String text) throws Exception {
    assertEquals(List.of(usual(Unmarked.WITHHOLD)), NetworkMapping.listType().parse(text));
  }

  @Test
  void anOptionBelongsToTheMappingBeforeIt() throws Exception {
    assertEquals(
        List.of(Unmarked.SIGN, Unmarked.WITHHOLD, Unmarked.SIGN),
        NetworkMapping.listType()
            .parse("a:1->b:2 unmarked=sign, c:3->d:4 unmarked=withhold, e:5->f:6")
            .stream()
            .map(mapping -> mapping.options().unmarked())
            .toList());
  }

  @Test
  void readsSeveralOptions() throws Exception {
    assertEquals(
        new Options(Unmarked.WITHHOLD, Oversign.BASIC),
        NetworkMapping.listType()
            .parse("a:1->b:2 oversign=basic unmarked=withhold")
            .getFirst()
            .options());
  }

  @Test
  void namesEveryProblemOfTheOptions() {
    InvalidSettingException refused =
        assertThrows(
            InvalidSettingException.class,
            () ->
                NetworkMapping.listType()
                    .parse(
                        "unmarked=sign, a:1->b:2 unmarked=maybe colour=red,"
                            + " c:3->d:4 unmarked=sign unmarked=withhold"));
    assertEquals(
        List.of(
            "has an option before any mapping",
            "has an option twice for one mapping",
            "unmarked must be one of sign, withhold",
            "has an option that there is not; there are unmarked, oversign"),
        refused.problems());
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
        "127.0.0.1:1->127.0.0.1:2,127.0.0.1:1->127.0.0.1:3",
        "127.0.0.1:1->127.0.0.1:2 unmarked",
        "127.0.0.1:1->127.0.0.1:2 unmarked=",
        "127.0.0.1:1->127.0.0.1:2 =sign"
      })
  void refusesTheRest(String text) {
    assertThrows(InvalidSettingException.class, () -> NetworkMapping.listType().parse(text));
  }
}
