// SPDX-License-Identifier: Apache-2.0
// The groups of text functions, registered one file each by RegisterString.
#pragma once

#include "expr/function.h"

namespace tidemark::expr {

void RegisterTextCase(FunctionRegistry* registry);  ///< string_case.cc: UPPER, LOWER, INITCAP
void RegisterTextTrim(FunctionRegistry* registry);  ///< string_trim.cc: TRIM, LTRIM, RTRIM, BTRIM
void RegisterTextCut(FunctionRegistry* registry);  ///< string_cut.cc: SUBSTRING, LEFT, RIGHT, OVERLAY, REPEAT, LPAD ...
void RegisterTextSearch(FunctionRegistry* registry);   ///< string_search.cc: POSITION, INSTR, LOCATE, CHAR_LENGTH ...
void RegisterTextReplace(FunctionRegistry* registry);  ///< string_replace.cc: REPLACE, TRANSLATE
void RegisterTextJoin(FunctionRegistry* registry);     ///< string_join.cc: CONCAT, CONCAT_WS, ELT
void RegisterTextSplit(FunctionRegistry* registry);    ///< string_split.cc: SPLIT, SPLIT_INDEX, STR_TO_MAP
void RegisterTextCode(FunctionRegistry* registry);     ///< string_code.cc: base64, HEX, UNHEX, BIN, ASCII, CHR
void RegisterTextCharset(FunctionRegistry* registry);  ///< string_charset.cc: ENCODE, DECODE
void RegisterUrl(FunctionRegistry* registry);          ///< string_url.cc: PARSE_URL, URL_ENCODE, URL_DECODE
void RegisterPrintf(FunctionRegistry* registry);       ///< string_printf.cc: PRINTF
void RegisterUuid(FunctionRegistry* registry);         ///< string_uuid.cc: UUID

}  // namespace tidemark::expr
