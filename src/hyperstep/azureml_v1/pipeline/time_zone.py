"""The time zones that v1 names, by Windows' names, and which IANA zone each is.

Source: Unicode CLDR, windowsZones, the zones of territory 001.
"""

from __future__ import annotations

from enum import Enum


class TimeZone(Enum):
    """Where the times of a recurrence are."""

    DatelineStandardTime = "Dateline Standard Time"
    UTC11 = "UTC-11"
    AleutianStandardTime = "Aleutian Standard Time"
    HawaiianStandardTime = "Hawaiian Standard Time"
    MarquesasStandardTime = "Marquesas Standard Time"
    AlaskanStandardTime = "Alaskan Standard Time"
    UTC09 = "UTC-09"
    PacificStandardTimeMexico = "Pacific Standard Time (Mexico)"
    UTC08 = "UTC-08"
    PacificStandardTime = "Pacific Standard Time"
    USMountainStandardTime = "US Mountain Standard Time"
    MountainStandardTimeMexico = "Mountain Standard Time (Mexico)"
    MountainStandardTime = "Mountain Standard Time"
    CentralAmericaStandardTime = "Central America Standard Time"
    CentralStandardTime = "Central Standard Time"
    EasterIslandStandardTime = "Easter Island Standard Time"
    CentralStandardTimeMexico = "Central Standard Time (Mexico)"
    CanadaCentralStandardTime = "Canada Central Standard Time"
    SAPacificStandardTime = "SA Pacific Standard Time"
    EasternStandardTimeMexico = "Eastern Standard Time (Mexico)"
    EasternStandardTime = "Eastern Standard Time"
    HaitiStandardTime = "Haiti Standard Time"
    CubaStandardTime = "Cuba Standard Time"
    USEasternStandardTime = "US Eastern Standard Time"
    ParaguayStandardTime = "Paraguay Standard Time"
    AtlanticStandardTime = "Atlantic Standard Time"
    VenezuelaStandardTime = "Venezuela Standard Time"
    CentralBrazilianStandardTime = "Central Brazilian Standard Time"
    SAWesternStandardTime = "SA Western Standard Time"
    PacificSAStandardTime = "Pacific SA Standard Time"
    TurksAndCaicosStandardTime = "Turks And Caicos Standard Time"
    NewfoundlandStandardTime = "Newfoundland Standard Time"
    TocantinsStandardTime = "Tocantins Standard Time"
    ESouthAmericaStandardTime = "E. South America Standard Time"
    SAEasternStandardTime = "SA Eastern Standard Time"
    ArgentinaStandardTime = "Argentina Standard Time"
    GreenlandStandardTime = "Greenland Standard Time"
    MontevideoStandardTime = "Montevideo Standard Time"
    SaintPierreStandardTime = "Saint Pierre Standard Time"
    BahiaStandardTime = "Bahia Standard Time"
    UTC02 = "UTC-02"
    MidAtlanticStandardTime = "Mid-Atlantic Standard Time"
    AzoresStandardTime = "Azores Standard Time"
    CapeVerdeStandardTime = "Cape Verde Standard Time"
    UTC = "UTC"
    MoroccoStandardTime = "Morocco Standard Time"
    GMTStandardTime = "GMT Standard Time"
    GreenwichStandardTime = "Greenwich Standard Time"
    WEuropeStandardTime = "W. Europe Standard Time"
    CentralEuropeStandardTime = "Central Europe Standard Time"
    RomanceStandardTime = "Romance Standard Time"
    CentralEuropeanStandardTime = "Central European Standard Time"
    WCentralAfricaStandardTime = "W. Central Africa Standard Time"
    NamibiaStandardTime = "Namibia Standard Time"
    JordanStandardTime = "Jordan Standard Time"
    GTBStandardTime = "GTB Standard Time"
    MiddleEastStandardTime = "Middle East Standard Time"
    EgyptStandardTime = "Egypt Standard Time"
    EEuropeStandardTime = "E. Europe Standard Time"
    SyriaStandardTime = "Syria Standard Time"
    WestBankStandardTime = "West Bank Standard Time"
    SouthAfricaStandardTime = "South Africa Standard Time"
    FLEStandardTime = "FLE Standard Time"
    TurkeyStandardTime = "Turkey Standard Time"
    IsraelStandardTime = "Israel Standard Time"
    KaliningradStandardTime = "Kaliningrad Standard Time"
    LibyaStandardTime = "Libya Standard Time"
    ArabicStandardTime = "Arabic Standard Time"
    ArabStandardTime = "Arab Standard Time"
    BelarusStandardTime = "Belarus Standard Time"
    RussianStandardTime = "Russian Standard Time"
    EAfricaStandardTime = "E. Africa Standard Time"
    IranStandardTime = "Iran Standard Time"
    ArabianStandardTime = "Arabian Standard Time"
    AstrakhanStandardTime = "Astrakhan Standard Time"
    AzerbaijanStandardTime = "Azerbaijan Standard Time"
    RussiaTimeZone3 = "Russia Time Zone 3"
    MauritiusStandardTime = "Mauritius Standard Time"
    GeorgianStandardTime = "Georgian Standard Time"
    CaucasusStandardTime = "Caucasus Standard Time"
    AfghanistanStandardTime = "Afghanistan Standard Time"
    WestAsiaStandardTime = "West Asia Standard Time"
    EkaterinburgStandardTime = "Ekaterinburg Standard Time"
    PakistanStandardTime = "Pakistan Standard Time"
    IndiaStandardTime = "India Standard Time"
    SriLankaStandardTime = "Sri Lanka Standard Time"
    NepalStandardTime = "Nepal Standard Time"
    CentralAsiaStandardTime = "Central Asia Standard Time"
    BangladeshStandardTime = "Bangladesh Standard Time"
    NCentralAsiaStandardTime = "N. Central Asia Standard Time"
    MyanmarStandardTime = "Myanmar Standard Time"
    SEAsiaStandardTime = "SE Asia Standard Time"
    AltaiStandardTime = "Altai Standard Time"
    WMongoliaStandardTime = "W. Mongolia Standard Time"
    NorthAsiaStandardTime = "North Asia Standard Time"
    TomskStandardTime = "Tomsk Standard Time"
    ChinaStandardTime = "China Standard Time"
    NorthAsiaEastStandardTime = "North Asia East Standard Time"
    SingaporeStandardTime = "Singapore Standard Time"
    WAustraliaStandardTime = "W. Australia Standard Time"
    TaipeiStandardTime = "Taipei Standard Time"
    UlaanbaatarStandardTime = "Ulaanbaatar Standard Time"
    NorthKoreaStandardTime = "North Korea Standard Time"
    AusCentralWStandardTime = "Aus Central W. Standard Time"
    TransbaikalStandardTime = "Transbaikal Standard Time"
    TokyoStandardTime = "Tokyo Standard Time"
    KoreaStandardTime = "Korea Standard Time"
    YakutskStandardTime = "Yakutsk Standard Time"
    CenAustraliaStandardTime = "Cen. Australia Standard Time"
    AUSCentralStandardTime = "AUS Central Standard Time"
    EAustraliaStandardTime = "E. Australia Standard Time"
    AUSEasternStandardTime = "AUS Eastern Standard Time"
    WestPacificStandardTime = "West Pacific Standard Time"
    TasmaniaStandardTime = "Tasmania Standard Time"
    VladivostokStandardTime = "Vladivostok Standard Time"
    LordHoweStandardTime = "Lord Howe Standard Time"
    BougainvilleStandardTime = "Bougainville Standard Time"
    RussiaTimeZone10 = "Russia Time Zone 10"
    MagadanStandardTime = "Magadan Standard Time"
    NorfolkStandardTime = "Norfolk Standard Time"
    SakhalinStandardTime = "Sakhalin Standard Time"
    CentralPacificStandardTime = "Central Pacific Standard Time"
    RussiaTimeZone11 = "Russia Time Zone 11"
    NewZealandStandardTime = "New Zealand Standard Time"
    UTC12 = "UTC+12"
    FijiStandardTime = "Fiji Standard Time"
    KamchatkaStandardTime = "Kamchatka Standard Time"
    ChathamIslandsStandardTime = "Chatham Islands Standard Time"
    TongaStandardTime = "Tonga Standard Time"
    SamoaStandardTime = "Samoa Standard Time"
    LineIslandsStandardTime = "Line Islands Standard Time"


IANA_NAMES = {
    TimeZone.DatelineStandardTime: "Etc/GMT+12",
    TimeZone.UTC11: "Etc/GMT+11",
    TimeZone.AleutianStandardTime: "America/Adak",
    TimeZone.HawaiianStandardTime: "Pacific/Honolulu",
    TimeZone.MarquesasStandardTime: "Pacific/Marquesas",
    TimeZone.AlaskanStandardTime: "America/Anchorage",
    TimeZone.UTC09: "Etc/GMT+9",
    TimeZone.PacificStandardTimeMexico: "America/Tijuana",
    TimeZone.UTC08: "Etc/GMT+8",
    TimeZone.PacificStandardTime: "America/Los_Angeles",
    TimeZone.USMountainStandardTime: "America/Phoenix",
    TimeZone.MountainStandardTimeMexico: "America/Mazatlan",
    TimeZone.MountainStandardTime: "America/Denver",
    TimeZone.CentralAmericaStandardTime: "America/Guatemala",
    TimeZone.CentralStandardTime: "America/Chicago",
    TimeZone.EasterIslandStandardTime: "Pacific/Easter",
    TimeZone.CentralStandardTimeMexico: "America/Mexico_City",
    TimeZone.CanadaCentralStandardTime: "America/Regina",
    TimeZone.SAPacificStandardTime: "America/Bogota",
    TimeZone.EasternStandardTimeMexico: "America/Cancun",
    TimeZone.EasternStandardTime: "America/New_York",
    TimeZone.HaitiStandardTime: "America/Port-au-Prince",
    TimeZone.CubaStandardTime: "America/Havana",
    TimeZone.USEasternStandardTime: "America/Indiana/Indianapolis",
    TimeZone.ParaguayStandardTime: "America/Asuncion",
    TimeZone.AtlanticStandardTime: "America/Halifax",
    TimeZone.VenezuelaStandardTime: "America/Caracas",
    TimeZone.CentralBrazilianStandardTime: "America/Cuiaba",
    TimeZone.SAWesternStandardTime: "America/La_Paz",
    TimeZone.PacificSAStandardTime: "America/Santiago",
    TimeZone.TurksAndCaicosStandardTime: "America/Grand_Turk",
    TimeZone.NewfoundlandStandardTime: "America/St_Johns",
    TimeZone.TocantinsStandardTime: "America/Araguaina",
    TimeZone.ESouthAmericaStandardTime: "America/Sao_Paulo",
    TimeZone.SAEasternStandardTime: "America/Cayenne",
    TimeZone.ArgentinaStandardTime: "America/Argentina/Buenos_Aires",
    TimeZone.GreenlandStandardTime: "America/Godthab",
    TimeZone.MontevideoStandardTime: "America/Montevideo",
    TimeZone.SaintPierreStandardTime: "America/Miquelon",
    TimeZone.BahiaStandardTime: "America/Bahia",
    TimeZone.UTC02: "Etc/GMT+2",
    TimeZone.MidAtlanticStandardTime: "Etc/GMT+2",
    TimeZone.AzoresStandardTime: "Atlantic/Azores",
    TimeZone.CapeVerdeStandardTime: "Atlantic/Cape_Verde",
    TimeZone.UTC: "UTC",
    TimeZone.MoroccoStandardTime: "Africa/Casablanca",
    TimeZone.GMTStandardTime: "Europe/London",
    TimeZone.GreenwichStandardTime: "Atlantic/Reykjavik",
    TimeZone.WEuropeStandardTime: "Europe/Berlin",
    TimeZone.CentralEuropeStandardTime: "Europe/Budapest",
    TimeZone.RomanceStandardTime: "Europe/Paris",
    TimeZone.CentralEuropeanStandardTime: "Europe/Warsaw",
    TimeZone.WCentralAfricaStandardTime: "Africa/Lagos",
    TimeZone.NamibiaStandardTime: "Africa/Windhoek",
    TimeZone.JordanStandardTime: "Asia/Amman",
    TimeZone.GTBStandardTime: "Europe/Bucharest",
    TimeZone.MiddleEastStandardTime: "Asia/Beirut",
    TimeZone.EgyptStandardTime: "Africa/Cairo",
    TimeZone.EEuropeStandardTime: "Europe/Chisinau",
    TimeZone.SyriaStandardTime: "Asia/Damascus",
    TimeZone.WestBankStandardTime: "Asia/Hebron",
    TimeZone.SouthAfricaStandardTime: "Africa/Johannesburg",
    TimeZone.FLEStandardTime: "Europe/Kiev",
    TimeZone.TurkeyStandardTime: "Europe/Istanbul",
    TimeZone.IsraelStandardTime: "Asia/Jerusalem",
    TimeZone.KaliningradStandardTime: "Europe/Kaliningrad",
    TimeZone.LibyaStandardTime: "Africa/Tripoli",
    TimeZone.ArabicStandardTime: "Asia/Baghdad",
    TimeZone.ArabStandardTime: "Asia/Riyadh",
    TimeZone.BelarusStandardTime: "Europe/Minsk",
    TimeZone.RussianStandardTime: "Europe/Moscow",
    TimeZone.EAfricaStandardTime: "Africa/Nairobi",
    TimeZone.IranStandardTime: "Asia/Tehran",
    TimeZone.ArabianStandardTime: "Asia/Dubai",
    TimeZone.AstrakhanStandardTime: "Europe/Astrakhan",
    TimeZone.AzerbaijanStandardTime: "Asia/Baku",
    TimeZone.RussiaTimeZone3: "Europe/Samara",
    TimeZone.MauritiusStandardTime: "Indian/Mauritius",
    TimeZone.GeorgianStandardTime: "Asia/Tbilisi",
    TimeZone.CaucasusStandardTime: "Asia/Yerevan",
    TimeZone.AfghanistanStandardTime: "Asia/Kabul",
    TimeZone.WestAsiaStandardTime: "Asia/Tashkent",
    TimeZone.EkaterinburgStandardTime: "Asia/Yekaterinburg",
    TimeZone.PakistanStandardTime: "Asia/Karachi",
    TimeZone.IndiaStandardTime: "Asia/Kolkata",
    TimeZone.SriLankaStandardTime: "Asia/Colombo",
    TimeZone.NepalStandardTime: "Asia/Kathmandu",
    TimeZone.CentralAsiaStandardTime: "Asia/Almaty",
    TimeZone.BangladeshStandardTime: "Asia/Dhaka",
    TimeZone.NCentralAsiaStandardTime: "Asia/Novosibirsk",
    TimeZone.MyanmarStandardTime: "Asia/Yangon",
    TimeZone.SEAsiaStandardTime: "Asia/Bangkok",
    TimeZone.AltaiStandardTime: "Asia/Barnaul",
    TimeZone.WMongoliaStandardTime: "Asia/Hovd",
    TimeZone.NorthAsiaStandardTime: "Asia/Krasnoyarsk",
    TimeZone.TomskStandardTime: "Asia/Tomsk",
    TimeZone.ChinaStandardTime: "Asia/Shanghai",
    TimeZone.NorthAsiaEastStandardTime: "Asia/Irkutsk",
    TimeZone.SingaporeStandardTime: "Asia/Singapore",
    TimeZone.WAustraliaStandardTime: "Australia/Perth",
    TimeZone.TaipeiStandardTime: "Asia/Taipei",
    TimeZone.UlaanbaatarStandardTime: "Asia/Ulaanbaatar",
    TimeZone.NorthKoreaStandardTime: "Asia/Pyongyang",
    TimeZone.AusCentralWStandardTime: "Australia/Eucla",
    TimeZone.TransbaikalStandardTime: "Asia/Chita",
    TimeZone.TokyoStandardTime: "Asia/Tokyo",
    TimeZone.KoreaStandardTime: "Asia/Seoul",
    TimeZone.YakutskStandardTime: "Asia/Yakutsk",
    TimeZone.CenAustraliaStandardTime: "Australia/Adelaide",
    TimeZone.AUSCentralStandardTime: "Australia/Darwin",
    TimeZone.EAustraliaStandardTime: "Australia/Brisbane",
    TimeZone.AUSEasternStandardTime: "Australia/Sydney",
    TimeZone.WestPacificStandardTime: "Pacific/Port_Moresby",
    TimeZone.TasmaniaStandardTime: "Australia/Hobart",
    TimeZone.VladivostokStandardTime: "Asia/Vladivostok",
    TimeZone.LordHoweStandardTime: "Australia/Lord_Howe",
    TimeZone.BougainvilleStandardTime: "Pacific/Bougainville",
    TimeZone.RussiaTimeZone10: "Asia/Srednekolymsk",
    TimeZone.MagadanStandardTime: "Asia/Magadan",
    TimeZone.NorfolkStandardTime: "Pacific/Norfolk",
    TimeZone.SakhalinStandardTime: "Asia/Sakhalin",
    TimeZone.CentralPacificStandardTime: "Pacific/Guadalcanal",
    TimeZone.RussiaTimeZone11: "Asia/Kamchatka",
    TimeZone.NewZealandStandardTime: "Pacific/Auckland",
    TimeZone.UTC12: "Etc/GMT-12",
    TimeZone.FijiStandardTime: "Pacific/Fiji",
    TimeZone.KamchatkaStandardTime: "Asia/Kamchatka",
    TimeZone.ChathamIslandsStandardTime: "Pacific/Chatham",
    TimeZone.TongaStandardTime: "Pacific/Tongatapu",
    TimeZone.SamoaStandardTime: "Pacific/Apia",
    TimeZone.LineIslandsStandardTime: "Pacific/Kiritimati",
}
"""The IANA zone of each."""
