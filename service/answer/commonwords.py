"""English words that news capitalises and that are no names: what begins a sentence, and what stands before a name."""

COMMON_WORDS = (
    "a about above according across after afterwards again against all almost alone along already also although always "
    "am amid among an and another any anyone anything apart are around as asked at away back based be because been "
    "before behind being below beneath beside besides between beyond both but by can cannot compare could critics "
    "dear describe despite did do does doing done down due during each earlier either else especially even ever every "
    "everyone everything except explain experts far few fewer finally find first five following for four from further "
    "furthermore generally give given had half has have having he hence her here hers herself him himself his how "
    "however i if in indeed inside instead interviewed into is it its itself just later least less let like likewise "
    "list little many may maybe me meanwhile might mine moreover most mostly much must my myself name names "
    "nearly neither never nevertheless next no nobody none nonetheless nor not nothing notwithstanding now of off "
    "officials often on once one only onto opinion or other others otherwise our ours out outside over own part past "
    "per perhaps please quite rather recently regarding same second see several shall she should show similarly "
    "since six so some somebody someone something sometimes soon still such tell ten than that the their theirs them "
    "themselves then there thereby therefore these they third this those though three through throughout thus to "
    "together too toward towards two under unless unlike until up upon us using usually very via was we well were "
    "what whatever when whenever where whereas wherever whether which while who whoever whole whom whose why will "
    "with within without would yes set contrast yet you your yours analysts sources reports figures numerous "
    "relations talks "
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter "
    "mid-january mid-february mid-march mid-april mid-may mid-june mid-july mid-august mid-september mid-october "
    "mid-november mid-december jan feb mar apr jun jul aug sept sep oct nov dec"
)

TITLES = (
    "mr mrs ms dr sir lord lady president minister prime general colonel colonel-general admiral captain major "
    "lieutenant ambassador secretary chancellor senator professor king queen prince princess ayatollah pope saint st "
    "commander chief former the foreign defense defence"
)

_CONTRACTED = (
    "isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't won't wouldn't can't couldn't shouldn't"
)

_UNCONTRACTED = "is are was were do does did has have had will would can could shall should may might must"
AUXILIARIES = " ".join((_UNCONTRACTED, _CONTRACTED, _CONTRACTED.replace("'", "’")))
"""The contracted ones with both apostrophes, the straight and the typographic."""

PAST_VERBS = "bought sold led ran won lost made took gave held became came went said signed"
"""Frequent pasts, beside the words in -ed."""

AFTER_A_NOUN = (
    "the a an of in on at to for that who kind sort type piece part side with from by as during after before since "
    "until whose which when where and or not it they he she we you his her their its this these "
    f"{PAST_VERBS}"
)
"""What ends a group of words whose last is a noun, beside the auxiliaries and the words in -ed."""

BODY_WORDS = (
    "ministry department council court union nations states organization organisation news agency committee commission "
    "sea gulf ocean strait force navy army front state house center centre bank party group times post herald tribune "
    "gazeta war treaty federation republic kingdom east west north south eastern western northern southern middle "
    "university institute eurasia asia europe africa america pacific atlantic caucasus media press parliament street "
    "city county river island islands peninsula international national security staff assembly"
)
"""Words in the names of bodies, places and papers: a name that has one is not a person's."""
