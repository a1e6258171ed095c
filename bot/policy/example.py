"""A rules file that works as it stands, for `mongolog rules --example`. Pure."""

EXAMPLE = """\
# Rules of mongolog: who may do what, where. Set MONGOLOG_POLICY to the path of this file.
# Try it without starting anything:
#     mongolog rules FILE
#     mongolog check --as U0123456789 cmgo-prod0001 C0123456789
#
# For each action the rules are read from top to bottom, and the first one that matches decides.
# When none matches, this decides, for members: "allow" or "deny". It stands above the rules.
default = "allow"

# The keys of a rule. Within a list any one entry is enough; all keys that are given must match;
# a key that is left out matches everything, save for `kinds`. Only ids, never names: a name can
# be changed by others. Slack shows the id of a person, a channel or a user group in its details.
#
#   name       what a refusal calls this rule; people see it           needed, unique
#   effect     "allow" or "deny"                                       needed
#   actions    lookup, link, watch, share, admin
#   instances  patterns: * is any characters, ? is one character       "cmgo-prod*"
#   regions    of the cloud                                            "ap-guangzhou"
#   users      ids of people                                           "U0123456789"
#   groups     ids of user groups                                      "S0123456789"
#   kinds      member, guest, foreign (another organisation), unknown (Slack did not say)
#   channels   ids of the channels in which it is asked, or shared     "C0123456789"
#   apps       ids of apps that may ask by themselves                  "A0123456789"
#   ask        the user group that can help; a refusal names it        "S0123456789"
#
# Closed until a rule opens it:
#   - Guests, people of other organisations, and people whom Slack does not describe. A rule opens
#     it for them when its `users` names them, or when its `kinds` lists what they are. Without
#     `kinds` an "allow" rule is about members, and about whoever its `users` names. A "deny" rule
#     without `kinds` is about everybody.
#   - Sharing and watching in a channel that is shared with another organisation. A rule opens it
#     when its `channels` names the channel.
#   - Apps. A rule opens it when its `apps` names the app; no other "allow" rule is about apps.

# Links are keys to log files: of production, for the database team alone, and in one channel not
# even for them, as screens are shown to others there.
[[rule]]
name = "No links in the demo channel"
effect = "deny"
actions = ["link"]
channels = ["C0DEMO00001"]

[[rule]]
name = "Production links for the database team"
effect = "allow"
actions = ["link"]
instances = ["cmgo-prod*"]
groups = ["S0DBTEAM001"]

[[rule]]
name = "No production links for others"
effect = "deny"
actions = ["link"]
instances = ["cmgo-prod*"]
ask = "S0DBTEAM001"

# What lies in one region stays with the people who work there. The region of an instance is known
# once the cloud has answered: until then such a rule leaves it open, and nothing is shown.
# Links of production are the database team's there too: the rules above come first.
[[rule]]
name = "Frankfurt for the team in Frankfurt"
effect = "allow"
regions = ["eu-frankfurt"]
groups = ["S0FRANKFURT"]

[[rule]]
name = "Frankfurt for nobody else"
effect = "deny"
regions = ["eu-frankfurt"]
ask = "S0FRANKFURT"

# A contractor, who is a guest at Slack, may look up the test instances, and no more.
[[rule]]
name = "The contractor looks up test instances"
effect = "allow"
actions = ["lookup"]
instances = ["cmgo-test*"]
users = ["U0CONTRACTR"]

# The channel that is shared with a partner: members may share what is about the test instances.
[[rule]]
name = "Test instances may be shared with the partner"
effect = "allow"
actions = ["share", "watch"]
instances = ["cmgo-test*"]
channels = ["C0PARTNER01"]

# To administer is for a few.
[[rule]]
name = "Administrators"
effect = "allow"
actions = ["admin"]
groups = ["S0DBTEAM001"]

[[rule]]
name = "Nobody else administers"
effect = "deny"
actions = ["admin"]
ask = "S0DBTEAM001"
"""
