"""The weekly brief 《群众约谈工作专报》, pure: facts of a week → figures → rates → sections → text (PROCEDURE §7, §8)."""

from hotline.domain.brief.sections import compose as compose
