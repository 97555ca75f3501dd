"""The English of reported speech: who speaks, by which verbs, and where what they say begins and ends, as patterns."""

from __future__ import annotations

import re

# These take a bare clause: "said the bridge was shut".
SAY = (
    r"said|says|stated|argued|argues|insisted|insists|warned|warns|asserted|asserts|alleged|alleges|contended|contends|"
    r"conceded|noted|acknowledged|told|tells|claimed|reported|estimated|announced|announces|disclosed|revealed|confirmed|"
    r"confirms|indicated|predicted|predicts|denied|denies|refuted|believes|believed|promised|promises|pledged|vowed|demanded|"
    r"expects|forecast"
)
# These also take a thing, or mean much else besides; without "that" the subject has to be somebody who can speak.
OBJECT = frozenset(
    "alleged noted acknowledged claimed reported estimated announced announces disclosed revealed confirmed confirms indicated "
    "predicted predicts denied denies refuted believes believed promised promises pledged vowed demanded expects "
    "forecast".split()
)
# A claim too with "to" and a verb behind them.
INFINITIVE = re.compile(
    r"(?:promised|promises|pledged|vowed)\sto\s|(?:claims?|claimed)\sto\s(?=(?:have|be|own|hold|control|represent|know)\b)"
)
# Nouns as well: without "that" they report only what has a verb of its own behind them. The last report nothing even then.
ALSO_NOUNS = frozenset("report show note suggest estimate claim".split())
SEEING = frozenset(
    "found finds shows showed show discovered determined considered holds held observed observes asked asks".split()
)
# What is said comes behind what it is said of: "accused her of theft", "put the toll at 40", "called it “a trap”".
OF_OBJECT = {
    "accused|accuses": re.compile(r"[^;:]{1,160}?\sof\s"),
    "blamed|blames": re.compile(r"[^;:,]{1,160}?\son\s|(?=[^;:,]{1,160}?\sfor\s)"),
    "put|puts": re.compile(r"[^;:,]{1,120}?\sat\s(?=(?:[a-z]+\s){0,3}[$€£]?\d)(?!\d+(?::|\s?[ap]\.?m|\sminutes))"),
    # A quotation with a capital may be the name of a thing. The letters are those of a hidden one.
    "dismissed|dismisses": re.compile(r"[^,;:“”\"]{1,160}?\sas\s(?=[“\"]q)|[^;:“”\"]{0,60}:\s(?=[“\"])"),
    "identified|identifies": re.compile(r"[^,;:“”\"]{1,120}?\sas\s(?=[A-Z\d]|an?\s)"),
    "called|calls|described|describes|dubbed|branded": re.compile(r"[^;:,“”\"]{1,160}?\s(?=[“\"]q)"),
}
# Speech only with "that", a colon or a quotation behind them, or at the end of what they report.
THINGS = frozenset("reported announced announces revealed disclosed confirmed confirms denied denies".split())
WITH_THAT = (
    r"states|claims|reports|estimates|notes|found|finds|shows|showed|discovered|determined|hopes|hoped|"
    r"fears|feared|thinks|thought|agreed|agrees|boasted|joked|speculated|hinted|ruled|proposed|proposes|observed|observes|"
    r"indicates|reveals|continued|responded|replied|answered|asked|asks|shouted|implied|implies|considered|holds|held|"
    r"mentioned|"
    r"posted|maintained|maintains|explained|explains|added|adds|admitted|admits|declared|declares|stressed|emphasi[sz]ed|"
    r"reiterated|cautioned|concluded|concludes|testified|wrote|writes|tweeted|recalled|recalls|remarked|pointed out|points out|"
    r"rejected|disputed|complained|commented|suggested|suggests|concedes|acknowledges|affirmed|denounced"
)
PLURAL = r"say|report|estimate|claim|argue|warn|show|suggest|note|maintain|insist|indicate|predict|believe|contend|expect"
PARTICIPLE = r"saying|adding|noting|claiming|warning|arguing|stating|insisting|explaining|alleging|asserting|stressing"
CALLED = frozenset("called calls described describes dubbed branded dismissed dismisses".split())
VERB = re.compile(
    rf"\b(?:(?P<cited>(?:was|were|is|are|been) (?:quoted|cited|reported)(?: by [^,;.]{{1,60}})? as saying)|(?P<say>{SAY})|"
    rf"(?P<of_object>{'|'.join(OF_OBJECT)})|(?P<with_that>{WITH_THAT})|(?P<plural>{PLURAL})|(?P<participle>{PARTICIPLE}))\b(?!-)"
)
TAIL_VERB = re.compile(
    rf"(?:said|says|say|told|reported|added|adds|explained|explains|argued|argues|wrote|writes|noted|warned|insisted|stated|"
    rf"estimated|estimates|claimed|replied|asked|asks|shouted|announced|confirmed|continued|recalled|observed|commented|"
    rf"remarked|suggested|concluded|(?:was|were) quoted as saying|believes|acknowledged|alleged|{PARTICIPLE})\Z"
)

# Bodies that speak, what speaks for them, and people.
_ORGANISATIONS = (
    "ministry ministries government police military army navy agency agencies company companies firm firms bank banks court "
    "courts department departments office council committee commission union unions group groups party parties university "
    "institute hospital hospitals charity organisation organization organisations organizations association associations "
    "foundation newspaper newspapers paper magazine journal broadcaster media press board panel airline administration bureau "
    "watchdog service services team authority authorities parliament senate intelligence regulator regulators operator "
    "manufacturer embassy kremlin pentagon television tv radio station channel network museum school college church club zoo "
    "factory clinic academy laboratory observatory brigade federation society trust fund league assembly congress cabinet "
    "tribunal jury inquiry railway airport utility insurer insurers prosecution coastguard guard"
)
_DOCUMENTS = (
    "report reports study studies survey surveys poll polls statement statements figures data records document documents "
    "statistics estimates census edict edicts text texts chronicle chronicles website letter article book"
)
_PEOPLE = (
    "official officer minister president director doctor expert scientist researcher analyst economist source resident lawyer "
    "attorney prosecutor investigator leader mayor governor senator professor historian critic author manager executive chief "
    "head commander soldier teacher student scholar philosopher journalist reporter editor writer bishop diplomat ambassador "
    "observer activist campaigner worker engineer farmer candidate politician lawmaker monitor opponent supporter organiser "
    "organizer rebel owner relative survivor victim player founder member auditor treasurer inspector adviser advisor aide "
    "forecaster trader villager pilot nurse surgeon hunter employer employee passenger councillor councilor negotiator "
    "commissioner detective envoy curator delegate judge neighbour neighbor"
)
_OTHER_PEOPLE = (
    r"spokes(?:man|woman|person|people|men)|chair(?:man|woman)?|witness(?:es)?|famil(?:y|ies)|mother|father|people|coach(?:es)?|"
    r"captain|king|queen|pope|m[ae]n|wom[ae]n|secretary|deput(?:y|ies)|sheriff|coroner|ombudsman|premier|chancellor|"
    r"[a-z]+(?:ologist|keeper)s?"
)
ORGANISATION = re.compile(rf"\b(?:{'|'.join(_ORGANISATIONS.split())}|air force|white house)\b", re.IGNORECASE)
PERSON = re.compile(rf"\b(?:(?:{'|'.join(_PEOPLE.split())})s?|{_OTHER_PEOPLE})\b", re.IGNORECASE)
IS_BODY = re.compile(rf"{ORGANISATION.pattern}|\b(?:{'|'.join(_DOCUMENTS.split())}|News|Times|Post)\b", re.IGNORECASE)
AGENT = re.compile(rf"{IS_BODY.pattern}|{PERSON.pattern}", re.IGNORECASE)
# In lower case or with a capital, since WHO and IT are names.
PRONOUN = re.compile(
    r"[Hh]e|[Ss]he|[Tt]hey|[Ii]t|[Ii]|[Ww]e|[Yy]ou|[Ww]ho|[Ww]hich|[Tt]hat|[Tt]his|[Tt]hese|[Tt]hose|[Oo]ne|[Ss]ome|[Oo]thers|"
    r"[Tt]here|[Nn]obody|[Nn]o one"
)
IS_PLURAL = re.compile(r"(?:s|people|police|[mM]en|women|[mM]edia|[dD]ata|many|family)\Z|\band\b")
COMMON_WORD = re.compile(
    r"(?:the|an?|his|her|its|their|our|my|some|many|several|most|two|three|four|five|one|other|another|all|both|these|those|"
    r"no|each)\s",
    re.IGNORECASE,
)

ENDS_NAMED = re.compile(r"\s[A-Z][\w'’-]*\Z")
# What may stand between a subject and its verb.
BETWEEN = re.compile(
    r"(?:^|\s)(?:also|later|then|first|once|further|again|since|all|both|already|even|still|has|have|had|[a-z]{3,12}ly)\s*\Z"
)
# With these right before it the verb tells of no speech, or is none.
BLOCKED = re.compile(
    r"(?:(?:^|[\s(])(?:not|never|to|would|could|might|may|should|will|shall|must|can|cannot|neither|nor|rarely|hardly|do|"
    r"does|did|"
    r"be|been|being|is|are|was|were|am|get|got|a|an|the|of|let|without|by|having|its|his|her|their|no|any|and|or)|n['’]t)\s*\Z",
    re.IGNORECASE,
)
LEADING = re.compile(
    r"(?:however|but|and|or|nor|meanwhile|still|yet|also|now|then|later|earlier|separately|so|moreover|furthermore|similarly|"
    r"likewise|nevertheless|nonetheless|instead|afterwards?|subsequently|in addition|in response|in turn|for example|"
    r"for instance|in fact|indeed|thus|hence|therefore|finally|additionally|initially|reportedly|recently|in contrast|here|"
    r"on the other hand|as a result|[A-Z][a-z]{2,10}ly(?=,))\b(?!-),?\s*",
    re.IGNORECASE,
)
SUBORDINATOR = re.compile(
    r"(?P<word>after|when|because|before|although|though|while|whereas|since|once|until|even though|if|unless|as)\s+",
    re.IGNORECASE,
)
FINITE = (
    r"is|are|was|were|be|has|have|had|do|does|did|will|would|can|could|may|might|must|shall|should|said|says|told|went|came|"
    r"took|made|gave|got|left|fell|rose|died|began|became|held|saw|met|won|lost|sent|ran|knew|thought|grew|broke|brought|built|"
    r"fought|kept|spoke|stood|wrote|paid|killed|arrived|moved|started|ended|visited|remained|includes?|appeared|remains|goes|"
    r"comes|makes|takes|gives"
)
LOOKS_FINITE = re.compile(rf"\b(?:{FINITE}|[a-z]{{2,}}ed)\b|n['’]t\b")
# No words of a name: most are verbs.
NO_NAME = re.compile(
    rf"\b(?:{FINITE}|who|whom|which|that|when|where|why|how|what|because|although|if|unless|though|not|never|he|she|they|I|"
    r"we|you|it|him|them|us|himself|there|to|than|then|(?<!such )as|so|but|also|however|yesterday|today)\b|"
    r"[\[\]{}<>=|;:?!]|\.\.|…|"
    r"\b[a-z]+ing\s(?:with|to|by|that|for)\b|\b[a-z]{2,}s\s(?:(?:an?|the|his|her|its|their)\b|\d)|"
    r"\b(?!United\b|led\b|based\b)[a-z]+ed\b(?=\s+(?:the|an?|by|in|on|at|to|from|of|for|with|his|her|its)\b|\s*\Z)"
)
STARTS_BADLY = re.compile(
    r"(?:in|on|at|by|for|from|with|of|to|during|over|about|against|between|among|through|into|per|like|despite|amid|including|"
    r"besides|according|under|only|just|because|[A-Z]?[a-z]+ing)\b",
    re.IGNORECASE,
)
# A quantity starts so, and no adverb.
HEDGED = re.compile(
    r"(?:(?:about|over|under|at (?:least|most))\s(?:\d|[a-z]+(?:teen|ty|ed|sand|ion)\b)|between\s\d)", re.IGNORECASE
)
ENDS_BADLY = re.compile(
    r"(?:^|\s)(?:in|on|at|by|for|from|with|of|to|the|an?|and|or|as|his|her|its|their|also|no|media reports)\Z"
)
# Where the clause that a subject starts may begin.
CLAUSE_START = re.compile(
    r"[;:()\[\]—”\"]|\s[–-]\s|\b(?:that|which|who|whom|whose|where|because|although|though|while|whereas|if|unless|when|but|"
    r"what|"
    r"how|whether|(?<!such )as)\b"
)
INSERT = re.compile(r",\s(?:who|which|whose|where)\b[^,;]{1,200},\s*\Z|\s\([^()]{1,120}\)\s*\Z")
RELATIVE = re.compile(r",?\s(?:who|which)\s*\Z")
# Where the stretch that a speaker answers for ends.
SCOPE_END = re.compile(
    r";|,?\s(?:but|yet|although|though|whereas|however)\s|,\s(?:while|even as|citing|speaking|standing|referring|according|"
    r"said|"
    r"says|before|after|as)\s|—|\s[–-]+\s|,?\sand\s(?:then\s|also\s)?(?:said|added|told|left|went)\s"
)
# Where a thing that is said ends, and the speaker does something else: "promised a bridge and left".
NEXT_DEED = re.compile(rf",?\sand\s(?=(?:[a-z]+ly\s)?(?:{FINITE}|[a-z]{{2,}}ed)\b)")
# Where a claim may start whose speaker is named behind it.
CLAIM_BREAK = re.compile(r";|,?\s(?:but|yet|although|though|whereas|however)\s|,\s(?:while|according)\s|—|\s[–-]+\s")
# A clause without "that": "added it was late".
CLAUSE = re.compile(
    r"\s(?:the|an?|it|he|she|they|there|th(?:is|ese|ose)|his|her|its|their|our|no|some|many|most|more|all|about|over|at least|"
    r"[A-Z]|\d)(?:(?!\b(?:who|which|whose|where|when|whether|that|and|but|as)\b)[^,;:“”\"()]){0,80}?"
    r"\b(?:is|are|was|were|has|have|had|will|would|could|can|cannot|may|might|should|did|does|do)\b"
)
THAT = re.compile(r"(?P<between>[^,;:“”\"]{0,100}?)\s+that\b")
WHEN_OR_WHERE = re.compile(r"\s(?:in|on|at|during|after|before)\s")
NO_SPEECH = re.compile(r"\s(?:by|to (?!(?:the|an?|[A-Z][\w.]*|reporters|journalists)\b))\b")
ADJUNCT = re.compile(
    r",?\s(?:in (?:an?|the|his|her|its|their|last) (?:[\w-]+ ){0,3}(?:statement|interview|report|speech|letter|article|post|"
    r"tweet|email|book|briefing|study|paper|release|address|memo|testimony|conference|note|blog)|to (?:reporters|journalists)|"
    r"(?:on|via) (?:Twitter|Facebook|television|Instagram|X)|at an? (?:[\w-]+ )?(?:news |press )?(?:conference|briefing|"
    r"meeting)|"
    r"after the [\w-]+|\([^()]{1,80}\))(?![\w-])"
)
PREPOSITION = re.compile(
    r",?\s+(?:in|on|at|to|during|after|before|from|with|by|for|of|about|against|as|around|upon|following|prior to)\b"
)
NAME_WORDS = r"[A-Z][\w'’&.-]*(?:\s[A-Z][\w'’&.-]*){0,4}"
QUOTED_NEXT = re.compile(r"\s*,?\s?(?=[“\"])|[^;:“”\"]{0,300}:\s(?=[“\"])|\s*:\s")
QUOTED_LATER = re.compile(r"[^;“”\"]{0,300}?,\s(?=[“\"])")
WARNED_OF = re.compile(r"\s(?:of|about|against)\s")
NOTHING_SAID = re.compile(r"\s(?:(?:nothing|little|much|a lot|so|by|goodbye)\b|(?:yes|no)(?!\s\w))")
NOT_TOLD = re.compile(r"\s(?:to|about|of|not to|how|why|and)\b")
# Those whom something is told right before its quotation.
LISTENERS = re.compile(r"[^,;:“”\"]{1,80}(?=[,:]\s[“\"])")
RECIPIENT = re.compile(
    rf"\s(?:him|her|them|us|me|you|it|reporters|journalists|lawmakers|investigators|police|{NAME_WORDS}|"
    r"(?:[a-z]+ )?(?:media|reporters|journalists|television|radio|officials|investors|supporters|delegates|MPs)|"
    r"(?:the|an?|his|her|its|their) (?:[\w'’-]+ ){0,2}?[\w'’-]+(?=\s(?:the|he|she|it|they|there|his|her)\b|[,:]|\s[“\"]))"
)
# Whom somebody told it: "parliament", "the Bergen Times".
WHOM = re.compile(r"\s(?!(?:to|about|of|not|how|why|and)\b)(?![^,;:“”\"]*\b(?:he|she|they|it|we|I|there|that|what|whether)\b)")
ACCORDING = re.compile(
    r"\b(?:according to|as (?:reported|noted|stated|estimated|said|announced) by|"
    r"(?-i:Per)(?=\s(?:the|its|his|her|their)\s))\s+",
    re.IGNORECASE,
)
WITH_SAYING = re.compile(
    r"\bwith (?P<name>[^,;:.()“”\"]{2,80}?) (?:saying|claiming|arguing|warning|commenting|adding)(?: that)?\s"
)
VIEW = re.compile(
    r"\bin (?P<name>[^,;:.()]{2,80}?)(?:['’]s|(?<=s)['’]) (?:view|opinion|words|account|telling),\s", re.IGNORECASE
)
PASSIVE = re.compile(
    r"\b(?:(?:was|were|been) (?:first )?(?:reported|announced|confirmed|alleged|estimated)|(?P<put>put at [^,;:]{1,60}?)) by\s+"
)
# "a law that critics say is unfair was passed": their claim is between the two verbs.
GAPPED = re.compile(r"\s(?:is|are|was|were|has|have|had|will|would|can|could|may|might)\b")
INVERTED = re.compile(
    r"[,”\"]\s{1,2}(?P<verb>said|says|reports|reported|asked|wrote|added|explained|writes|replied|argued|warned|recalled|recalls|"
    r"noted|insisted|shouted|concluded|remarked|admitted|claimed|declared|announced|continued)\s(?=[A-Z]|the\s|an?\s|one\s|"
    r"police|officials)"
)
NAME_END = re.compile(
    r"[,;:()\[\]“”\"—]|\s[–-]+\s|\s(?:that|who|which|when|where|while|as|because|but|said|says|told|was|were|is|are|has|had|"
    r"have|"
    r"will|would|after|before|late|early|earlier|adding|via|[a-z]+ing|in (?:an?|his|her|its|their|"
    r"the) (?:[\w-]+ ){0,2}(?:statement|"
    r"interview|speech|report|post|letter|article|study|paper)|at an?|to (?:reporters|journalists))\b"
)
# What may follow the subject of "said Ada Lund".
NAMED = re.compile(r"[,.]|\s*\Z|\s(?:in|on|at|of|late|after|who|as)\b")
LIST = re.compile(rf"(?:,\s{NAME_WORDS}){{0,6}},?\sand\s(?:the\s)?{NAME_WORDS}")
ENDS = re.compile(r"\s*(?:,\s|[.?!][.?!”\"]*\s*|\Z)|[”\"]\s*")
RESUMES = re.compile(
    r"(?:is|are|was|were|has|have|had|will|would|can|could|may|might|did|does|must|should|[a-z]{2,}ed|[a-z]{2,}s)\s|"
    r"(?:[a-z]+ly\s)?including\s|[“\"]"
)
APPOSITION = re.compile(r"(?:an?|the|his|her|its|their|one|[a-z]+)\s[^,;]{1,120},\s")
# With these before it, an attribution between two commas belongs to what follows: "which, police said, was empty".
INTO = re.compile(r"\b(?:who|which|that|and|but|or|because|where|when|if|while|although|in|of|to|for),?\Z", re.IGNORECASE)
ASIDE = re.compile(r",\s(?:who|which|whose|where)\b[^,]*\Z")
