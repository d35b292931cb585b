package io.authserver.db.mailauth;

/** Why something was not carried over as it is. The ids stay the same between versions. */
public enum Reason {
  /** The domain's name cannot be a domain's. */
  DOMAIN_NAME("domain-name", ImportAction.LEFT_OUT),
  /** Another domain of the reference has the same name once it is folded and in A-labels. */
  DOMAIN_TWIN("domain-twin", ImportAction.LEFT_OUT),
  /** The name was folded or turned into A-labels. */
  DOMAIN_RENAMED("domain-renamed", ImportAction.CHANGED),
  /** The target of the redirect is no domain, or the domain itself. */
  REDIRECT_TARGET("redirect-target", ImportAction.LEFT_OUT),
  /** The private key cannot be read, or is too weak to sign. */
  KEY_UNUSABLE("key-unusable", ImportAction.LEFT_OUT),
  /** The selector cannot be one. */
  KEY_SELECTOR("key-selector", ImportAction.LEFT_OUT),
  /** The key signs, and some receivers ignore it. */
  KEY_WEAK("key-weak", ImportAction.NOTE),

  /** The identifier cannot be one. */
  USER_IDENTIFIER("user-identifier", ImportAction.LEFT_OUT),
  /** Another user of the reference has the same identifier once it is folded. */
  USER_TWIN("user-twin", ImportAction.LEFT_OUT),
  /** Another user has the identifier already. */
  USER_TAKEN("user-taken", ImportAction.LEFT_OUT),
  /** The full name held control characters or was too long. */
  FULL_NAME("full-name", ImportAction.CHANGED),
  /** The hash is of a kind that OpenSMTPD and Dovecot cannot check. */
  PASSWORD_FORMAT("password-format", ImportAction.LEFT_OUT),
  /** There is no usable password, here as there. */
  PASSWORD_NONE("password-none", ImportAction.NOTE),
  /** The user is inactive: logins worked in the reference, and do not here. */
  USER_INACTIVE("user-inactive", ImportAction.CHANGED),
  /** The delivery mailbox is an alias that is not the user's. */
  MAILBOX_FOREIGN("mailbox-foreign", ImportAction.LEFT_OUT),
  /** The delivery mailbox is an alias that was left out. */
  MAILBOX_LEFT_OUT("mailbox-left-out", ImportAction.LEFT_OUT),
  /** The delivery mailbox has a slash in it, which mail stores take for a folder's. */
  MAILBOX_SLASH("mailbox-slash", ImportAction.LEFT_OUT),

  /** The name was empty, another list's, or cannot be one. */
  LIST_RENAMED("list-renamed", ImportAction.CHANGED),
  /** It has more members than are carried over at once. */
  LIST_SIZE("list-size", ImportAction.LEFT_OUT),
  /** A member is no address that mail can be sent to; the others are carried over. */
  LIST_ADDRESS("list-address", ImportAction.LEFT_OUT),
  /** A member is on the list twice. */
  LIST_TWICE("list-twice", ImportAction.CHANGED),
  /** The new reverse-path is no address; the list is made without one. */
  LIST_MAILFROM("list-mailfrom", ImportAction.LEFT_OUT),
  /** The new reverse-path is the list itself: each bounce would go to all members. */
  LIST_MAILFROM_LEADS_BACK("list-mailfrom-leads-back", ImportAction.LEFT_OUT),
  /** The owner was left out; the list is made without one. */
  LIST_OWNER("list-owner", ImportAction.LEFT_OUT),

  /** The mail prefix cannot be a local part. */
  ALIAS_ADDRESS("alias-address", ImportAction.LEFT_OUT),
  /** Another alias has the same address once it is folded. */
  ALIAS_TWIN("alias-twin", ImportAction.LEFT_OUT),
  /** It leads to a user and to a list. */
  ALIAS_TWO_TARGETS("alias-two-targets", ImportAction.LEFT_OUT),
  /** It leads nowhere and is not blocked. */
  ALIAS_NO_TARGET("alias-no-target", ImportAction.LEFT_OUT),
  /** Its domain was left out. */
  ALIAS_DOMAIN("alias-domain", ImportAction.LEFT_OUT),
  /** Its user was left out. */
  ALIAS_USER("alias-user", ImportAction.LEFT_OUT),
  /** Its list was left out. */
  ALIAS_LIST("alias-list", ImportAction.LEFT_OUT),
  /** The redirect of its domain won in the reference; here the alias does. */
  ALIAS_BEFORE_REDIRECT("alias-before-redirect", ImportAction.CHANGED),
  /** A plus or dash made it unreachable in the reference; here it is an address. */
  ALIAS_EXTENSION("alias-extension", ImportAction.CHANGED),
  /** Capital letters made it unreachable through OpenSMTPD; here it is an address. */
  ALIAS_FOLDED("alias-folded", ImportAction.CHANGED),
  /** It is blocked, so it was carried over without the targets that contradict each other. */
  BLOCKED_TWO_TARGETS("blocked-two-targets", ImportAction.CHANGED),
  /** Mail for blacklisted aliases was dropped in silence, and is answered here. */
  BLOCKED_ANSWERED("blocked-answered", ImportAction.CHANGED),

  /** The user name cannot be one: an {@code @}, white space, or nothing. */
  SERVICE_USER_NAME("service-user-name", ImportAction.LEFT_OUT),
  /** Another service user has the same name, once it is folded or as it is. */
  SERVICE_USER_DUPLICATE("service-user-duplicate", ImportAction.LEFT_OUT),
  /** The user that it belongs to was left out. */
  SERVICE_USER_USER("service-user-user", ImportAction.LEFT_OUT),

  /** The permission has no name that a service could ask for. */
  PERMISSION_NAME("permission-name", ImportAction.LEFT_OUT),
  /** The name was empty, another group's, or cannot be one. */
  GROUP_RENAMED("group-renamed", ImportAction.CHANGED),
  /** One of the two that are tied was left out. */
  TIE("tie", ImportAction.LEFT_OUT),

  /** There is such a thing already, and it is not the same. */
  DIFFERS("differs", ImportAction.DIFFERS),
  /** A rule of the auth database forbids it. */
  RULE("rule", ImportAction.LEFT_OUT),
  /** The auth database has nothing of this kind. */
  NO_PLACE("no-place", ImportAction.NOTE);

  private final String id;
  private final ImportAction action;

  Reason(String id, ImportAction action) {
    this.id = id;
    this.action = action;
  }

  /** Returns the name in the output. */
  public String id() {
    return id;
  }

  /** Returns what it means for the row. */
  public ImportAction action() {
    return action;
  }
}
