package io.authserver.demo;

import java.util.List;

/** The names of the demo's site and of the world around it. */
final class Site {
  static final String GARDEN = "garden.example";
  static final String ORCHARD = "orchard.example";

  /** A domain whose addresses moved to another organisation. */
  static final String MOVED = "moved.example";

  static final String PARTNER = "partner.test";

  /** The domains whose mail is delivered here. */
  static final List<String> DOMAINS = List.of(GARDEN, ORCHARD);

  static final String ALICE = "alice@" + GARDEN;
  static final String BOB = "bob@" + GARDEN;
  static final String CAROL = "carol@" + ORCHARD;
  static final String BLOCKED = "old-shop@" + GARDEN;

  /** The list's address, the reverse-path of what it sends on, and its members. */
  static final String CLUB = "club@" + GARDEN;

  static final String CLUB_BOUNCES = "club-bounces@" + GARDEN;
  static final String DORA = "dora@far.test";
  static final String EMIL = "emil@away.test";

  static final String FRIEND = "friend@far.test";
  static final String CUSTOMER = "customer@shop.test";
  static final String CROOK = "crook@crime.test";

  /** The name of the site's mail host. */
  static final String MAIL_HOST = "mail." + GARDEN;

  private Site() {}
}
