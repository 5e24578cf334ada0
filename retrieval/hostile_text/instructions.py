"""Words that speak to a machine and not to a reader: what they ask for differs, that they ask is what gives them away.

A medical text is full of imperatives ("do not take", "ignore mild pain", "follow the instructions"), so no verb alone
is enough: each pattern needs whom or what it is about. The patterns see `folding.folded` text.
"""

# ruff: noqa: E501 - a pattern is read best in one line

from __future__ import annotations

import re

from retrieval.hostile_text import folding


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_WHAT = r"(?:instructions?|prompts?|directions?|commands?|directives?|orders?|messages?|constraints?|programming)"
_WHOSE = r"(?:previous|prior|preceding|foregoing|earlier|above|your|system|original|initial|existing|developer|former)"
_MACHINE = r"(?:a\.i\.|llm|(?:ai |large )*language model|(?:ai |virtual |diagnostic |digital |automated )?(?:assistant|agent|chat ?bot|bot)|ai(?: model| system)?|model)"
_TOP = (
    r"(?:first\b(?= (?:in|on|of|among|above|before|for|regardless|no matter|and)\b|[.,;:!]|$)|at the (?:very )?top|top of|(?:at |as )?(?:rank|number|position|place|no\.) ?(?:1\b|one)|#1|highest|"
    r"as the (?:most likely|only|leading|correct|top|final|sole) (?:diagnosis|candidate|answer|one))"
)
_LIST = r"(?:differential|list|ranking|results?|answers?|candidates?|diagnos[ei]s|suggestions|output|response)"

_URGED = r"you must|you should|you shall|you have to|you need to|you are to|(?<!is )(?<!are )(?<!not )(?<!was )(?<!were )(?<!most )always|make sure to|be sure to|remember to|please"

ENGLISH = _any(
    # leave what you were told
    rf"\b(?:ignore|ignoring|disregard|forget|override|overwrite|bypass|discard|abandon|set aside|pay no attention to|do not follow|don't follow|do not obey|don't obey|stop following|no longer follow) (?:\w+ ){{0,4}}?{_WHOSE} (?:\w+ ){{0,3}}?(?:{_WHAT}|rules?|guidelines?|context|conversation|polic(?:y|ies)|training|guardrails|safety|role|text|content|evidence|sources)\b",
    r"\b(?:ignore|ignoring|disregard|forget|override|bypass|discard) (?:all |any )?(?:of )?(?:the |these |those |other )*(?:instructions?|prompts?|system|guardrails|safety (?:rules|guidelines|filters?)) (?:above|before|given|you|that|which|so far|and|from)\b",
    r"\b(?:ignore|disregard|forget) (?:everything|anything|all|whatever|what)\b[^.!?;]{0,30}\b(?:above|before this|previously|so far|you (?:were|have been|know|learn\w+)|been told|told you|instructed)\b",
    r"\b(?:ignore|disregard|discard|forget) (?:all |any )?(?:the )?(?:other|remaining|rest of the) (?:evidence|sources|passages|documents|candidates|results)\b",
    r"\b(?:ignore|disregard|forget|override|bypass) [^.!?;]{0,60}\b(?:your|the) (?:developers?|creators?|makers?|operators?|programmers?|vendor)\b",
    rf"\b(?:these|the following|my|new|this) (?:\w+ )?{_WHAT} (?:override|overrides|supersede|supersedes|replace|replaces|take precedence over|takes precedence over)\b",
    rf"\b(?:overrides|supersedes|takes precedence over|cancels) (?:all |any |every )?(?:the |your |other |previous |prior |earlier )*(?:{_WHAT}|system prompt|evidence|sources)\b",
    rf"\b(?:new|updated|revised|real|actual|secret|hidden|override|urgent) (?:system )?(?:{_WHAT}|task|objective|goal)s? ?(?:for (?:the |you)[\w ]{{0,20}})?[:\-\u2013]",
    # be somebody else
    rf"\byou are (?:now|no longer|actually|henceforth|hereby) (?:an? |the |in |bound |my )?(?:\w+ ){{0,3}}?(?:{_MACHINE}|dan|jailb\w+|mode|unrestricted|unfiltered|by (?:any|your)|restricted|hacker|pirate)\b",
    r"\b(?:pretend|imagine|suppose) (?:that )?(?:you are|you're|to be) (?:an? |the |not |now )?(?:\w+ ){0,3}?(?:ai|assistant|model|bot|unrestricted|without|doctor with no|system|evil|human)\b",
    r"\b(?:act|behave|respond|answer|speak) as (?:if you (?:were|are|had)|though you|an? (?:unrestricted|unfiltered|evil|uncensored|different (?:ai|model|assistant)))\b",
    r"\b(?:let's|let us|we will|you will) (?:\w+ )?role-? ?play\b|\brole-?play(?:ing)? as (?:an? )?(?:ai|assistant|model|system|doctor who)\b|\bstay in character\b",
    r"\b(?:developer|debug|god|dan|jailbreak|unrestricted|sudo|maintenance|admin(?:istrator)?) mode (?:is |has been |now )*(?:enabled|activated|on|engaged|unlocked)\b|\b(?:enter|enable|activate|switch to) (?:developer|debug|god|dan|jailbreak|sudo|admin) mode\b|\bdo anything now\b|\bjailbr(?:eak|oken)\b",
    r"\bfrom (?:now|here|this point) on(?:ward|wards)?,? (?:you|always|every|respond|answer|reply|only|rank|all (?:your|answers|responses|outputs))\b",
    rf"\bas (?:an?|the|your|a helpful) {_MACHINE}[, ]+(?:you|i)\b[^.!?;]{{0,40}}\b(?:must|should|shall|have to|has to|need to|are required|will|cannot|can't|are to)\b",
    r"\b(?:note|message|instructions?|notice|reminder|hint)(?: \w+)? (?:to|for) (?:the |any |all )?(?:reading |reviewing |processing )?(?:ai(?: models?| systems?)?|a\.i\.|(?:ai |large )*language models?|(?:ai |virtual |diagnostic )?(?:assistant|chat ?bot)s?|llms?|summari[sz]er|automated (?:reader|reviewer|system)s?|machine readers?)\b",
    rf"\b(?:attention|dear|hello|hey),? (?:the )?{_MACHINE}\b|\bif you are (?:an? )?(?:ai|llm|language model|large language model|chat ?bot|automated|machine)\b",
    r"\b(?:when|if|while) (?:an? |the |any )?(?:ai|llm|language model|chat ?bot|assistant) (?:reads|reading|processes|summari[sz]es|sees|encounters|is asked)\b",
    # say this
    rf"\b(?:{_URGED}) (?:\w+ ){{0,2}}?(?:rank|place|put|return|output|name|conclude|score|select|diagnose) [^.!?;]{{0,90}}{_TOP}",
    rf"\b(?:{_URGED}) (?:\w+ ){{0,2}}?(?:rank|list|place|put|return|output|name|conclude|score|select|present|diagnose|recommend|cite|answer|include|mention)\b[^.!?;]{{0,90}}(?:regardless of (?:the |all |any |what )?(?:\w+ )?(?:findings|evidence|question|query|input|case|notes?|text)|no matter what|for (?:all|every|any|each) (?:patients?|cases?|quer(?:y|ies)|questions?|users?)|in (?:all|every|any|each) (?:answers?|responses?|differentials?|rankings?|outputs?))",
    rf"\b(?:rank|list|place|put|promote|boost|move|name|report|output|insert) [^.!?;]{{1,80}}?{_TOP}[^.!?;]{{0,40}}\b(?:of|in|on|for) (?:the |your |every |any |all |each )*(?:final |ranked |patient'?s? )?{_LIST}\b",
    r"\bregardless of (?:the |what |any |all )?(?:\w+ ){0,3}?(?:findings|evidence|symptoms|question|query|input|case|notes?|says?|shows?),? (?:you |always |only )*(?:diagnose|answer|rank|conclude|output|respond|name|list|say|return)\b",
    r"\b(?:your|the assistant's) (?:only |final |entire |next )?(?:(?:answer|reply|output|conclusion) (?:must|should|shall|is to|has to)|response must) (?:be|contain|start|begin|end|say|name|include|only|not|always)\b",
    r"(?:^|[.:;,!?\"'\u201c(] ?|\b(?:you|must|should|please|and|then|now|always) )(?:respond|reply|answer) (?:only|solely|exclusively|always|just|every \w+) (?:with|by|in|that|using)\b(?! (?:yes or|one or))|\b(?:begin|start|end|finish|preface) (?:your|every|each|all) (?:answers?|responses?|repl(?:y|ies)|outputs?|messages?) (?:with|by)\b",
    r"\boutput (?:only|exactly|the following|nothing but|verbatim)\b|\b(?:repeat|print|say|write|output) (?:the following(?: (?:text|words|sentence|string))?|exactly this|after me) ?:|\b(?:print|output|write) the words?\b",
    r"\b(?:set|assign|increase|raise|lower|force|change|adjust) (?:the |its |your |their )?(?:\w+ ){0,2}?(?:confidence|probability|ranking|rank|relevance|likelihood|score)s? (?:score )?(?:of|for) [^.!?;]{1,60}? (?:to|as|at) (?:be )?(?:the )?(?:100|0|1\b|1\.0|0?\.9|maximum|max|highest|certain|zero|lowest|top)",
    r"\bwhen(?:ever)? (?:asked|queried|you are asked|the user asks|a user asks|answering|someone asks)[^.!?,]{0,80}, (?:you (?:must|should|will|shall|are to) )?(?:always |only )?(?:say|answer|respond|reply|state|claim|rank|return|output|recommend) (?:that |with |only |it )",
    # tell or hide secrets
    r"\b(?:reveal|print|show|repeat|output|leak|disclose|display|tell me|give me|expose) (?:me |us )?(?:your|the|all|full|complete)(?: \w+){0,2}? (?:system prompt|hidden prompt|initial prompt|system instructions|hidden instructions|api keys?|passwords?|credentials|secret key|environment variables)\b|\b(?:reveal|print|repeat|leak|disclose) your (?:instructions|prompt)\b",
    r"(?<!nervous )(?<!immune )(?<!health )\bsystem prompts?\b(?! (?:the|an?|to|users?|clinicians?|patients?|physicians?)\b)|\bsystem override\b|\bsystem (?:instruction|message|directive|notice)s? ?:|\bprompt injection\b",
    r"\b(?:do not|don't|never) (?:tell|inform|alert|warn|notify|reveal (?:this )?to|mention (?:this|it) to|show (?:this )?to|let) (?:the |any )?(?:user|clinician|human|operator|reader|doctor using|end user)s?\b",
    r"\b(?:do not|don't|never) (?:mention|reveal|disclose|cite|quote|show|display|acknowledge) (?:this|these|the above|the existence of this|that you (?:were|have been)) (?:instructions?|paragraph|text|message|prompt|note|sentence|passage|told|given|instructed)",
    r"\b(?:send|transmit|upload|post|forward|e-?mail|exfiltrate|leak|submit) (?:\w+ ){0,4}?(?:conversation|chat|patient (?:data|record|notes?|information|details)|case (?:data|notes?|details)|records?|api keys?|passwords?|credentials|secrets?|context|prompt|database)\b.{0,60}\b(?:to|at|via)\b.{0,20}(?:https?:|www\.|\S+@\S+|\w+\.(?:com|net|org|io)\b)",
    r"\b(?:visit|open|fetch|call|navigate to|go to|request|load|curl|wget) (?:the (?:url|link|page) )?https?://\S+ (?:and (?:follow|execute|run|send|obey|do)|with (?:the )?(?:patient|case|conversation))",
    r"\b(?:execute|call|invoke) (?:the )?(?:following )?(?:tool|function|shell|sql|python|code|command|plugin)s?\b[^.!?;]{0,40}\b(?:now|immediately|on the (?:server|host)|to (?:delete|drop|send|read|fetch))|\b(?:rm -rf|drop table|os\.system|subprocess\.)",
    r"\btreat (?:this|the following) (?:\w+ )?(?:as|like) (?:a |the |your )?(?:system|trusted|new|highest)(?:[- ]\w+)? (?:prompt|instructions?|message|command|source of truth|priority)",
    r"\btrust (?:only )?this (?:document|source|text|passage|article)(?: only| alone| over| above|,)",
)  # fmt: skip

GERMAN = _any(
    r"\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*|beachte\w* nicht|übergeh\w*|verwirf|überschreib\w*|befolge\w* nicht|halte dich nicht an)\b[^.!?;]{0,40}\b(?:vorherig|bisherig|obig|früher|vorangegangen|vorstehend|vorig|alle|deine|ihre|system)\w*\b[^.!?;]{0,30}(?:anweisung|instruktion|befehl|vorgabe|prompt|kontext|nachricht|system)\w*",
    r"\b(?:ignorier\w*|vergiss|vergessen sie)\b[^.!?;]{0,10}\ball(?:es)?\b[^.!?;]{0,30}\b(?:oben|bisher|vorher|zuvor|gesagt\w*)\b",
    r"\bdu bist (?:jetzt|nun|ab sofort|ab jetzt) (?:ein|kein|der|die|im)\w*\b|\bsie sind (?:jetzt|nun|ab sofort) (?:ein|kein)\w* (?:\w+ )?(?:ki|assistent|modell|system|arzt ohne)\w*",
    r"\bals (?:(?:ki|k\.i\.)(?:-\w+)?|(?:assistent|sprachmodell|modell)\w*),? (?:musst|sollst|darfst|wirst|hast|müssen|sollen|dürfen)\b",
    r"\b(?:setz|list|nenn|führ|platzier|stell|ordn|gib|rei|ranke|empfiehl|empfehl)\w*\b[^.!?;]{0,80}(?:an (?:die )?erste[rn]? (?:stelle|position)|auf (?:platz|rang) (?:1\b|eins)|immer als erste|ganz oben|stets zuerst|immer zuerst)",
    r"\bab (?:jetzt|sofort|nun)\b[^.!?;]{0,12}\b(?:antworte\w*|sollst|musst|bist|wirst|gib|nenne)\b",
    r"\bantworte(?:n sie)?\b[^.!?;]{0,10}\b(?:nur|ausschließlich|immer|stets) (?:mit|auf)\b|\b(?:deine|ihre) antwort (?:muss|soll|darf)\b|\bgib (?:nur|ausschließlich|immer)\b[^.!?;]{0,40}\b(?:aus|zurück)\b",
    r"\b(?:sag|teile?|verrate?|erzähle?|erwähne?|informiere?)\w*\b[^.!?;]{0,40}\b(?:nutzer|benutzer|anwender|kliniker|arzt|ärztin)\w*\b[^.!?;]{0,20}\b(?:nicht|nichts)\b|\berwähne\w* (?:diese\w* (?:anweisung|text|absatz|hinweis)\w*) nicht\b",
    r"\bsystem-?(?:prompt|anweisung|nachricht|befehl)\w*|\bneue (?:anweisung|aufgabe|instruktion)(?:en)? ?(?:für (?:die|den|das) \w+)?:",
    r"\b(?:hinweis|nachricht|anweisung|achtung) (?:an|für) (?:die |das |den |alle )?(?:ki|assistent|sprachmodell|chatbot|modell)\w*",
    r"\b(?:gib|zeig|verrate?|nenn)\w* (?:mir )?(?:deine|die|ihre) (?:system\w*|versteckte\w*|geheime\w*|ursprüngliche\w*) ?(?:anweisung|prompt|instruktion|befehl)?\w*",
    r"\b(?:unabhängig|ungeachtet) (?:von|der|aller) [^.!?;]{0,50}\b(?:antworte|nenne|gib|diagnostiziere|stelle)\b",
)
FRENCH = _any(
    r"\b(?:ignore[rz]?|ignorez|oublie[rz]?|contourne[rz]?|annule[rz]?|ne (?:suis|suivez|respecte[rz]?) (?:pas|plus)|(?:ne )?(?:tiens|tenez|tenir) (?:pas|aucun) compte|fai(?:s|tes) abstraction|néglige[rz]?)\b[^.!?;]{0,45}\b(?:instructions?|consignes?|directives?|ordres?|messages?|invites?|contexte)\b(?:[^.!?;]{0,25}\b(?:précédent\w*|antérieur\w*|ci-dessus|préalable\w*|système|initial\w*|reçue?s|donnée?s)\b)?",
    r"\b(?:ignore[rz]?|oublie[rz]?)\b[^.!?;]{0,8}\btout ce qui (?:précède|a été dit)\b",
    r"\btu es (?:maintenant|désormais|dorénavant)\b|\bvous êtes (?:maintenant|désormais|dorénavant) (?:une?|en|le|la)\b|\bà partir de maintenant,? (?:tu|vous|réponds|répondez|tout)\b",
    r"\ben tant qu(?:e |')(?:assistant|ia|i\.a\.|modèle|intelligence artificielle|agent)\b[^.!?;]{0,40}\b(?:dois|devez|vas|allez)\b",
    r"\b(?:place[rz]?|classe[rz]?|mets|mettez|cite[rz]?|liste[rz]?|positionne[rz]?|range[rz]?|nomme[rz]?)\b[^.!?;]{0,80}(?:(?:toujours )?en premi(?:er|ère) (?:position|place|lieu|rang)?|en tête d|au premier rang|tout en haut|en première)",
    r"\b(?:réponds|répondez)\b[^.!?;]{0,10}\b(?:uniquement|seulement|toujours|exclusivement) (?:par|avec|que|en)\b|\b(?:ta|votre) réponse (?:doit|devra)\b",
    r"\bne (?:dis|dites|révèle[sz]?|mentionne[sz]?|signale[sz]?|informe[sz]?|préviens|prévenez)\b[^.!?;]{0,15}\b(?:pas|rien|jamais)\b[^.!?;]{0,30}\b(?:utilisateur|clinicien|lecteur|médecin|ces instructions|ce texte|ce message)",
    r"\bnouvelles? (?:instructions?|consignes?|tâches?) ?(?:pour (?:l'|le |la )\w+ ?)?:|\b(?:invite|prompt|message|instruction) (?:du )?système\b|\b(?:note|message|attention|instructions?) (?:pour|à|aux?|destinée?s? à) (?:l'|la |le |les |toute )?(?:ia|assistant|modèle|intelligence artificielle|chatbot)\w*",
    r"\b(?:révèle|révélez|affiche|affichez|montre|montrez|donne|donnez)(?:-moi)? (?:ton|tes|votre|vos|le|les) (?:invite|prompt|instructions? (?:système|cachée?s|initiale?s)|consignes (?:système|cachées))",
    r"\b(?:quels que soient|peu importe|indépendamment de) [^.!?;]{0,50}\b(?:réponds|répondez|diagnostique|conclus|concluez|cite[sz]?)\b",
)
SPANISH = _any(
    r"\b(?:ignor(?:a|e|en|ad|ar)|olvid(?:a|e|en|ar)|haz caso omiso|haga caso omiso|descart[ae]|anul[ae]|no (?:sigas|siga|obedezcas|hagas caso|haga caso))\b[^.!?;]{0,45}\b(?:instrucci(?:ón|ones)|indicaciones|órdenes|mensajes?|directrices|directivas|consignas|prompt|reglas)\b[^.!?;]{0,25}\b(?:anterior(?:es)?|previ[ao]s?|precedentes?|de arriba|del sistema|recibidas|iniciales)\b",
    r"\b(?:ignora|ignore|olvida|olvide)\b[^.!?;]{0,6}\b(?:todo )?lo (?:anterior|dicho|que te)\b|\b(?:ignora|ignore|olvida|olvide) (?:todas )?(?:tus|sus) (?:instrucciones|reglas)\b",
    r"\bahora eres\b|\ba partir de ahora,? (?:eres|responde|debes|actúa|serás|contesta|todas)\b|\bde ahora en adelante,? (?:eres|responde|debes|actúa|contesta)\b",
    r"\bcomo (?:un |el |la )?(?:asistente|ia|i\.a\.|modelo|inteligencia artificial|agente)\b[^.!?;]{0,40}\b(?:debes|tienes que|has de|deberás)\b",
    r"\b(?:coloca|coloque|pon|ponga|clasifica|clasifique|sitúa|sitúe|lista|liste|menciona|mencione|nombra|ordena|ubica)\b[^.!?;]{0,80}(?:en primer lugar|en (?:la )?primera posición|en el primer (?:puesto|lugar)|siempre (?:la |el )?primer[ao]?|al principio de la lista|en lo más alto|el número uno)",
    r"\b(?:responde|responda|contesta)\b[^.!?;]{0,10}\b(?:solo|sólo|solamente|únicamente|siempre) (?:con|en|que)\b|\b(?:tu|su) respuesta (?:debe|tiene que|deberá)\b",
    r"\bno (?:le )?(?:digas|diga|informes|menciones|reveles|avises|cuentes)\b[^.!?;]{0,50}\b(?:usuario|clínico|lector|médico|estas instrucciones|este texto|este mensaje)\b",
    r"\bnuevas? (?:instrucci(?:ón|ones)|tareas?|órdenes) ?(?:para (?:el|la) \w+ ?)?:|\b(?:mensaje|instrucciones|prompt|indicación) (?:del|de) sistema\b|\b(?:nota|mensaje|atención|instrucciones) (?:para|a|al) (?:la |el |los )?(?:ia|asistente|modelo|inteligencia artificial|chatbot)\w*",
    r"\b(?:revela|revele|muestra|muestre|imprime|dame) (?:tu|tus|el|las|su|sus) (?:prompt|instrucciones (?:del sistema|ocultas|iniciales))",
    r"\b(?:independientemente|sin importar|pase lo que pase)[^.!?;]{0,50}\b(?:responde|diagnostica|concluye|contesta)\b",
)
CHINESE = _any(
    r"(?:忽略|无视|忘记|忘掉|不要理会|不要遵循|不要遵守|無視|忽視|忽视|抛弃|覆盖)[^。！？；]{0,15}(?:之前|以上|上述|先前|前面|所有|全部|此前|上面|系统|系統|你的|原有)[^。！？；]{0,12}(?:指令|指示|提示|命令|规则|规定|要求|对话|對話|设定|設定|内容|信息)",
    r"[你您]现在(?:是|扮演)|[你您]現在(?:是|扮演)|从现在(?:开始|起)[，,]?(?:[你您]|请|只|所有|回答|输出)|假装[你您]是|请扮演",
    r"作为[^。！？；]{0,8}(?:助手|助理|模型|ai|人工智能|智能体)[^。！？；]{0,12}(?:必须|应该|应当|需要|只能|务必)",
    r"(?:将|把|请|必须|务必|始终)[^。！？；]{1,40}(?:排|列|放|置|列为|排名)[^。！？；]{0,4}(?:在|为|到|于)?(?:最)?(?:第一|首位|最前|榜首|首选|最高)",
    r"系统(?:提示|指令|消息)[词語语:：]?|系統(?:提示|指令)|提示词注入",
    r"只(?:能)?(?:回答|输出|回复|返回)[“\"「:：]?|你的(?:回答|回复|输出)(?:必须|应该|只能)",
    r"不要(?:告诉|告知|提及|透露|通知|提醒)[^。！？；]{0,15}(?:用户|医生|临床|读者|这段|此段|本段|该指令)",
    r"新(?:的)?(?:指令|指示|任务)[:：]|(?:致|给|告)(?:所有)?(?:ai|人工智能|大模型|语言模型|助手)[:：，]",
    r"(?:无论|不管|不论)[^。！？；]{1,25}(?:都|一律|必须)(?:要)?(?:诊断为|回答|输出|选择|排在|列为)",
)
LATIN_OTHERS = _any(
    r"\b(?:ignora|ignori|ignorate|dimentica|dimenticate|trascura)\b[^.!?;]{0,45}\b(?:istruzioni|indicazioni|comandi|messaggi|direttive)\b[^.!?;]{0,25}\b(?:precedenti|sopra|di sistema|iniziali)\b",
    r"\b(?:ignore|ignora|esqueça|esquece|desconsidere)\b[^.!?;]{0,45}\b(?:instruções|comandos|ordens|mensagens|diretrizes)\b[^.!?;]{0,25}\b(?:anteriores|acima|prévias|do sistema)\b",
    r"\b(?:negeer|vergeet)\b[^.!?;]{0,45}\b(?:instructies|opdrachten|aanwijzingen|berichten)\b",
    r"\b(?:zignoruj|zapomnij o)\b[^.!?;]{0,45}\b(?:instrukcj|polece|wskazówk)\w*",
    r"\b(?:ignorera|ignorer|glöm|glem|bortse från|se bort fra)\b[^.!?;]{0,45}\b(?:instruktion|instruks|anvisning|kommando|ordre)\w*",
    r"\b(?:ohita|unohda|jätä huomiotta)\b[^.!?;]{0,45}\b(?:ohjee|käsky|määräy)\w*",
    r"\b(?:ignoruj|ignorujte|zapomeň|zapomeňte|zabudni|zabudnite)\b[^.!?;]{0,45}\b(?:pokyn|instrukc|inštrukci|příkaz|príkaz)\w*",
    r"\b(?:hagyd|hagyja) figyelmen kívül\b[^.!?;]{0,45}\b(?:utasítás|parancs)\w*",
    r"\b(?:ignoră|ignorați|uită|uitați)\b[^.!?;]{0,45}\b(?:instrucțiun|comenzi|ordine)\w*",
    r"\b(?:önceki|yukarıdaki|tüm|bütün)\b[^.!?;]{0,30}\b(?:talimat|komut|yönerge)\w*[^.!?;]{0,20}\b(?:yok say|unut|görmezden gel|dikkate alma)",
    r"\b(?:bỏ qua|quên)\b[^.!?;]{0,30}\b(?:hướng dẫn|chỉ dẫn|chỉ thị|lệnh)\b[^.!?;]{0,12}\btrước",
    r"\b(?:abaikan|lupakan)\b[^.!?;]{0,30}\b(?:instruksi|perintah|petunjuk|arahan)\b",
)
OTHER_SCRIPTS = _any(
    r"(?:игнорируй|проигнорируй|забудь|не обращай внимания|не учитывай|отмени)\w*[^.!?;]{0,45}(?:инструкци|указани|команд|сообщени|правил)\w*",
    r"(?:ігноруй|проігноруй|забудь|не зважай)\w*[^.!?;]{0,45}(?:інструкці|вказівк|команд|повідомлен|правил)\w*",
    r"(?:αγνόησε|αγνοήστε|ξέχασε|ξεχάστε)[^.!?;]{0,45}(?:οδηγίες|εντολές|μηνύματα)",
    r"(?:התעלם|התעלמי|התעלמו|שכח)[^.!?;]{0,40}(?:הוראות|הנחיות|פקודות)",
    r"(?:निर्देश|आदेश|हिदायत)[^.!?;।]{0,20}(?:अनदेखा|अनदेखी|भूल)",
    r"(?:تجاهل|انس)[^.!?;]{0,40}(?:التعليمات|الأوامر|الرسائل|الإرشادات)",
    r"(?:以前|これまで|上記|前|すべて)の[^.!?;]{0,12}(?:指示|命令|プロンプト|ルール)[^.!?;]{0,6}(?:無視|忘れ)",
    r"(?:이전|위의|모든)[^.!?;]{0,10}(?:지시|명령|지침|프롬프트)[^.!?;]{0,6}(?:무시|잊)",
)

# Marks by which machines part their turns and their tools. They never occur in a medical text.
MARKS = _any(
    r"<\|[a-z_0-9./ :-]{2,40}\|>|<\|?/?(?:im_start|im_end|endoftext|eot_id|system|assistant|user)\|?>",
    r"\[/?inst\]|<</?sys>>|\[/?system(?:_prompt)?\]|\[/?tool_(?:calls?|results?)\]|\[available_tools\]",
    r"</?(?:start_of_turn|end_of_turn|bos|eos|think|thinking|tool_call|tool_calls|tool_response|function_call|function_calls|function_results|invoke|parameter|system-reminder|system_prompt|instructions?|antml:\w+)(?: [^<>]{0,80})?>|<function=",
    r"#{2,} ?(?:instructions?|system|assistant|response|human|user|new task)(?: prompt)? ?:",
    r"\b(?:begin|end|start of|end of) (?:system|hidden|assistant|user) (?:prompt|message|instructions?|turn)\b",
    r"[\[{]? ?[\"'](?:role)[\"'] ?: ?[\"'](?:system|assistant|user|tool|developer)[\"']",
    r"[\"'](?:name|tool|function|action)[\"'] ?: ?[\"'][\w.-]{2,40}[\"'] ?, ?[\"'](?:arguments|parameters|args|input|action_input)[\"'] ?:",
    r"[\"'](?:tool_calls?|function_call|tool_use)[\"'] ?:",
    r"\baction ?: ?\w+ .{0,40}?\baction input ?:|\bthought ?: .{0,200}\baction ?:",
    r"\bto=(?:functions|python|browser)\b|\bfunctions\.\w+\(|```(?:tool_code|tool_call)",
    r"(?:^| )(?:human|user): .{1,300}? (?:assistant|ai|bot): ",
)


# What each group cannot do without: most texts have none of it and are done with quickly. English is always looked for.
_GROUPS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (MARKS, ("<", "|>", "[", "##", "role", '":', "':", '" :', "action", "to=", "functions.", "```", "begin ", "end ", "start of",
             "human:", "user:")),
    (GERMAN, ("ignorier", "vergiss", "vergess", "missacht", "beacht", "übergeh", "verwirf", "überschreib", "befolg", "du bist",
              "sie sind", "als k", "als assi", "als spra", "als mod", "erste", "platz ", "rang ", "ganz oben", "zuerst", "ab jetzt",
              "ab sofort", "ab nun", "antwort", "halte dich", "nicht", "system", "anweisung", "aufgabe", "instruktion", "hinweis an",
              "nachricht an", "achtung", "unabhängig", "ungeachtet", "gib ", "zeig", "verrat", "nenn")),
    (FRENCH, ("ignore", "oublie", "contourne", "annule", "suis ", "suivez", "compte", "abstraction", "néglige", "tu es ", "vous êtes",
              "à partir", "en tant qu", "premier", "première", "en tête", "tout en haut", "répond", "réponse", "ne dis", "ne dites",
              "ne révèle", "ne mentionne", "ne signale", "ne informe", "ne prév", "nouvelle", "système", "note pour", "message", "attention",
              "instruction", "prompt", "invite", "quels que", "peu importe", "indépend")),
    (SPANISH, ("ignor", "olvid", "omiso", "descart", "anul", "no sig", "no obed", "no hag", "ahora ", "como ", "primer", "al principio",
               "en lo más", "el número uno", "respond", "contest", "respuesta", "no le ", "no dig", "no inform", "no menc", "no revel",
               "no avis", "no cuent", "nueva", "sistema", "nota ", "mensaje", "atención", "instruc", "revel", "muestr", "imprime", "dame ",
               "independ", "sin importar", "pase lo que")),
    (LATIN_OTHERS, ("istruzion", "indicazion", "comand", "messaggi", "diretti", "instruç", "ordens", "mensage", "diretri", "instructi",
                    "opdracht", "aanwijz", "bericht", "instrukcj", "polece", "wskaz", "instrukt", "instruks", "anvisn", "kommando", "ordre",
                    "ohjee", "käsky", "määräy", "pokyn", "instrukc", "inštrukci", "příkaz", "príkaz", "utasítás", "parancs",
                    "instrucțiun", "comenzi", "ordine", "talimat", "komut", "yönerge", "hướng", "chỉ ", "lệnh", "instruksi",
                    "perintah", "petunjuk", "arahan")),
)  # fmt: skip


def found_in(text: str) -> str:
    """What in a folded text speaks to a machine: the words themselves, or nothing."""
    if match := ENGLISH.search(text):
        return match[0]
    for pattern, needed in _GROUPS:
        if any(part in text for part in needed) and (match := pattern.search(text)):
            return match[0]
    if not text.isascii():
        for pattern in (CHINESE, OTHER_SCRIPTS):
            if match := pattern.search(text):
                return match[0]
    return ""


_TURNED = ("snoitcurtsni", "tpmorp", "erongi", "dragersid", "vtaber", "vafgehpgvba", "qvfertneq", "cebzcg")


def instruction(text: str) -> tuple[str, str]:
    """(how it is disguised, the words) of the first instruction in a text as it was written; empty if there is none."""
    plain = folding.folded(text)
    if words := found_in(plain):
        return "", words
    if not text.isascii() and (words := found_in(folding.lookalike(text))):
        return "look-alike letters", words
    for how, hidden in folding.disguises(text):
        if words := found_in(hidden) or (how == "spaced" and _RUN_TOGETHER.search(hidden) and hidden[:80]) or "":
            return how, words
    if any(sign in plain for sign in _TURNED):
        for how, hidden in folding.turned(text):
            if words := found_in(hidden):
                return how, words
    return "", ""


_RUN_TOGETHER = re.compile(
    r"(?:ignore|disregard|forget)(?:all)?(?:the|your|of)*(?:previous|prior|above|earlier)(?:instruction|prompt|direction)|systemprompt"
)
